import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { importerOf } from "../import/importRun.ts";
import { cases } from "./cases.ts";

const usage = `node analysis/importBenchmark/main.ts [--rows 1000000] [--only guidellm]

Seconds, CPU and memory of the import of many request rows of each harness, made of the real rows in test/data.
Files of several GB are written to the folder for temporary files, and removed. Each import has a process of its own.`;

const target = { seconds: 15, megabytes: 1000 };

interface Measured {
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
  readonly problems: readonly string[];
}

async function benchmark(rows: number, only: string | undefined): Promise<void> {
  console.log(`Target: ${rows} rows in ${target.seconds} s and ${target.megabytes} MB`);
  for (const one of cases) {
    if (only !== undefined && !one.name.startsWith(only)) continue;
    const folder = await mkdtemp(join(tmpdir(), "llmbench-benchmark-"));
    try {
      const native = join(folder, "results");
      await mkdir(native);
      const bytes = await one.write(native, rows);
      print(one.name, bytes, rows, measuredApart(one.harness, native));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** In a process of its own: the peak of memory is of this import only, and nothing is compiled yet. */
function measuredApart(harness: string, native: string): Measured {
  const args = [import.meta.filename, "--measure", harness, "--folder", native];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the import of ${harness} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

async function measure(harness: string, native: string): Promise<void> {
  const start = performance.now();
  const before = process.cpuUsage();
  const { requests, problems } = await importerOf(harness, native)(native);
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = {
    rows: requests?.length ?? 0,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
    problems,
  };
  console.log(JSON.stringify(measured));
}

function print(name: string, bytes: number, expected: number, measured: Measured): void {
  const met = measured.seconds < target.seconds && measured.megabytes < target.megabytes;
  const figures = [
    name.padEnd(34),
    `${(bytes / 1e6).toFixed(0).padStart(6)} MB`,
    `${measured.seconds.toFixed(1).padStart(7)} s`,
    `CPU ${measured.cpuSeconds.toFixed(1).padStart(5)} s`,
    `peak RSS ${measured.megabytes.toFixed(0).padStart(5)} MB`,
    `load average ${(loadavg()[0] as number).toFixed(1)}`,
    met ? "met" : "MISSED",
  ];
  console.log(figures.join("  "));
  if (measured.rows !== expected) console.log(`  ${measured.rows} rows imported, ${expected} written`);
  for (const problem of measured.problems) console.log(`  ${problem}`);
}

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    only: { type: "string" },
    measure: { type: "string" },
    folder: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(usage);
else if (values.measure !== undefined) await measure(values.measure, values.folder);
else await benchmark(Number(values.rows), values.only);
