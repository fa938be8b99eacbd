import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeMadeUpRun } from "./madeUpRun.ts";
import { type Measured, measure } from "./measure.ts";

const usage = `node analysis/reportBenchmark/main.ts [--requests 1000000] [--stages 20] [--tokens 128] [--systems 1] [--repetitions 1]
                                       [--rounds 1]

Seconds, CPU and memory of a whole report on runs of so many requests each: import, analysis, data, figures, report.
The made-up runs (0.4 GB for a million requests) are written to the folder for temporary files, and removed. Each round is a
process of its own. On a machine that is busy with other work CPU seconds count instead: the report has one thread, but for pictures
and unpacking. Exit code 1: the target, which is for a million requests, is missed in every round.`;

const target = { requests: 1_000_000, seconds: 20, megabytes: 1500 };

interface Options {
  readonly requests: number;
  readonly stages: number;
  readonly tokens: number;
  readonly systems: number;
  readonly repetitions: number;
  readonly rounds: number;
}

async function benchmark({ requests, stages, tokens, systems, repetitions, rounds }: Options): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "llmbench-benchmark-"));
  try {
    const folders: string[] = [];
    let bytes = 0;
    for (let system = 0; system < systems; system++) {
      for (let repetition = 1; repetition <= repetitions; repetition++) {
        const run = join(folder, `system-${system}-r${repetition}`);
        const shape = { target: `system-${system}`, repetition, requests, stages, tokens, slowdown: 1 + 0.15 * system };
        bytes += await writeMadeUpRun(run, shape);
        folders.push(run);
      }
    }
    console.log(
      `${folders.length} runs of ${requests} requests x ${tokens} tokens in ${stages} stages, ${(bytes / 1e6).toFixed(0)} MB`,
    );
    const met: boolean[] = [];
    for (let round = 0; round < rounds; round++) {
      met.push(print(measuredApart(folders, join(folder, `out-${round}`)), folders.length * requests));
    }
    return met.includes(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In a process of its own: the peak of memory is the report's only, and nothing is compiled yet. */
function measuredApart(folders: readonly string[], out: string): Measured {
  const args = [import.meta.filename, "--measure", out, ...folders];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the report ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

/** @returns whether the target is met, which is for a million requests at most */
function print({ steps, rows, figures }: Measured, expected: number): boolean {
  for (const { name, seconds, cpuSeconds, peakMegabytes } of steps)
    console.log(line(name, seconds, cpuSeconds, peakMegabytes));
  const total = (of: "seconds" | "cpuSeconds") => steps.reduce((sum, step) => sum + step[of], 0);
  const peak = steps.at(-1)?.peakMegabytes ?? 0;
  const seconds = Math.min(total("seconds"), total("cpuSeconds"));
  const met = seconds < target.seconds && peak < target.megabytes;
  const judged = rows > target.requests * 1.001 ? "" : met ? "  met" : "  MISSED";
  console.log(
    `${line("all", total("seconds"), total("cpuSeconds"), peak)}  ${figures} figures, load average ${(loadavg()[0] as number).toFixed(1)}${judged}`,
  );
  if (rows < expected) console.log(`  ${rows} requests in the report, ${expected} written`);
  return judged === "" || met;
}

function line(name: string, seconds: number, cpuSeconds: number, peak: number): string {
  return `${name.padEnd(10)}${seconds.toFixed(2).padStart(8)} s   CPU ${cpuSeconds.toFixed(2).padStart(6)} s   peak RSS ${peak.toFixed(0).padStart(5)} MB`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: "string", default: String(target.requests) },
    stages: { type: "string", default: "20" },
    tokens: { type: "string", default: "128" },
    systems: { type: "string", default: "1" },
    repetitions: { type: "string", default: "1" },
    rounds: { type: "string", default: "1" },
    measure: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(usage);
else if (values.measure !== undefined) console.log(JSON.stringify(await measure(positionals, values.measure)));
else {
  const options: Options = {
    requests: Number(values.requests),
    stages: Number(values.stages),
    tokens: Number(values.tokens),
    systems: Number(values.systems),
    repetitions: Number(values.repetitions),
    rounds: Number(values.rounds),
  };
  if (!(await benchmark(options))) process.exitCode = 1;
}
