import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { interval, type RatioInterval } from "./logRatio.ts";
import { type Measurement, measureOurs, measureVllmBench, type Point } from "./peers.ts";

interface Result {
  readonly repetition: number;
  readonly concurrency: number;
  readonly ours: Measurement;
  readonly vllm: Measurement;
}

const help = `Our load generator against \`vllm bench serve\` on one real server: interleaved, same lengths, same concurrency.

  node harness/benchmark/agreement.ts --url URL --model NAME --vllm "COMMAND" --tokenizer DIR --out DIR
      [--concurrency 1,2,4,8,16] [--repetitions 5] [--input-tokens 128] [--output-tokens 32] [--requests-per-client 12]
      [--prompts text|tokenIds]

  --vllm COMMAND   what runs \`vllm bench serve\`, without its options, e.g. "vllm bench serve"
  --tokenizer DIR  the tokenizer it needs; ours needs none
  --out DIR        raw results; an interrupted run goes on where it was
  --prompts text   (default) random text of the same length in the server's own tokens, as vllm bench sends it;
            tokenIds  ids, which save the server the tokenizing: its TTFT is then shorter

Prints a Markdown table of ratios ours/vllm with 95 % t intervals of the log ratio over the repetitions.
Exit code 1 if an interval does not overlap +-5 %.
`;

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    model: { type: "string" },
    vllm: { type: "string", default: "vllm bench serve" },
    tokenizer: { type: "string" },
    out: { type: "string" },
    concurrency: { type: "string", default: "1,2,4,8,16" },
    repetitions: { type: "string", default: "5" },
    "input-tokens": { type: "string", default: "128" },
    "output-tokens": { type: "string", default: "32" },
    "requests-per-client": { type: "string", default: "12" },
    prompts: { type: "string", default: "text" },
    help: { type: "boolean", short: "h" },
  },
});
const { url, model, tokenizer, out } = values;
if (values.help || url === undefined || model === undefined || tokenizer === undefined || out === undefined) {
  process.stdout.write(help);
  process.exit(values.help ? 0 : 2);
}

const concurrencies = values.concurrency.split(",").map(Number);
const repetitions = Number(values.repetitions);
await mkdir(out, { recursive: true });
const resultFile = join(out, "agreement.json");
/** What an interrupted run in the same folder has measured counts. */
const results: Result[] = existsSync(resultFile) ? (JSON.parse(await readFile(resultFile, "utf8")) as Result[]) : [];
for (let repetition = 0; repetition < repetitions; repetition++) {
  for (const concurrency of concurrencies) {
    if (results.some((r) => r.repetition === repetition && r.concurrency === concurrency)) continue;
    const point: Point = {
      url,
      model,
      tokenizer,
      concurrency,
      requests: Math.max(64, concurrency * Number(values["requests-per-client"])),
      inputTokens: Number(values["input-tokens"]),
      outputTokens: Number(values["output-tokens"]),
      // New prompts each time: repeated ones would come from the server's prefix cache.
      prompts: values.prompts === "tokenIds" ? "tokenIds" : "text",
      seed: 1000 * (repetition + 1) + concurrency,
      folder: join(out, `c${concurrency}-r${repetition}`),
    };
    await rm(point.folder, { recursive: true, force: true });
    await mkdir(point.folder);
    // Turn about in who goes first, so that a drift of the machine favours neither.
    const oursFirst = (repetition + concurrencies.indexOf(concurrency)) % 2 === 0;
    const early = oursFirst ? await measureOurs(point) : null;
    const vllm = await measureVllmBench(point, values.vllm.split(" "));
    const ours = early ?? (await measureOurs(point));
    results.push({ repetition, concurrency, ours, vllm });
    await writeFile(resultFile, `${JSON.stringify(results, null, 2)}\n`);
    process.stderr.write(`c=${concurrency} repetition ${repetition + 1}: ${JSON.stringify({ ours, vllm })}\n`);
  }
}
process.stdout.write(report());

function report(): string {
  const metrics: [keyof Measurement, string][] = [
    ["ttftMedianMs", "TTFT, median (ms)"],
    ["ttftMeanMs", "TTFT, mean (ms)"],
    ["tpotMedianMs", "TPOT, median (ms)"],
    ["tpotMeanMs", "TPOT, mean (ms)"],
    ["outputTokensPerSecond", "output tok/s"],
  ];
  const lines = [
    "| concurrency | metric | ours | vllm bench | ratio | 95 % interval | overlaps +-5 % |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const concurrency of concurrencies) {
    const rows = results.filter((r) => r.concurrency === concurrency);
    for (const [metric, name] of metrics) {
      const ratio = interval(rows.map((r) => Math.log(r.ours[metric] / r.vllm[metric])));
      if (!overlaps(ratio)) process.exitCode = 1;
      const mean = (side: "ours" | "vllm"): string =>
        (rows.reduce((sum, r) => sum + r[side][metric], 0) / rows.length).toFixed(1);
      const bounds = `${ratio.low.toFixed(3)} to ${ratio.high.toFixed(3)}`;
      lines.push(
        `| ${concurrency} | ${name} | ${mean("ours")} | ${mean("vllm")} | ${ratio.ratio.toFixed(3)} | ${bounds} | ${overlaps(ratio) ? "yes" : "no"} |`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

function overlaps(ratio: RatioInterval): boolean {
  return ratio.low <= 1.05 && ratio.high >= 0.95;
}
