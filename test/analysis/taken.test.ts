import { deepEqual, equal, match } from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { analyse } from "../../analysis/analyse.ts";
import type { Analysis } from "../../analysis/analysis.ts";
import { drawFigures } from "../../analysis/figures/drawFigures.ts";
import { importRun } from "../../analysis/import/importRun.ts";
import { statsText } from "../../analysis/write/statsText.ts";
import { originOf, temporaryFolder } from "./nativeFolder.ts";

const real = process.env.LLMBENCH_TEST_DATA;
const inTheirWords = [
  ...([
    ["mean", "mean"],
    ["min", "min"],
    ["p50", "median"],
    ["p90", "p90"],
    ["p99", "p99"],
    ["max", "max"],
  ] as const),
];

describe("numbers that inference-perf computed itself, of a sweep without request rows", () => {
  let native: string;
  let analysis: Analysis;
  before(async function () {
    if (real === undefined) this.skip();
    native = join(real, "inference-perf", "batch-size");
    const folder = await temporaryFolder();
    try {
      await cp(native, join(folder.path, "results"), { recursive: true });
      const run = await importRun(folder.path, { ...originOf({}), harness: "inference-perf", simulated: false });
      analysis = analyse([run], { title: "batch-size", createdAt: "2026-11-22T06:30:00.000Z" });
    } finally {
      await folder.remove();
    }
  });

  it("stand as they were, in our units, and are marked as taken", async () => {
    for (const [i, stage] of analysis.systems[0]!.stages.entries()) {
      const file = join(native, `stage_${i}_lifecycle_metrics.json`);
      const { latency } = JSON.parse(await readFile(file, "utf8")).successes;
      for (const [ours, theirs] of inTheirWords) {
        equal(stage.pooled.ttftMs[ours].value, 1000 * latency.time_to_first_token[theirs]);
        equal(stage.pooled.e2eMs[ours].value, 1000 * latency.request_latency[theirs]);
      }
      equal(stage.taken, "inference-perf");
    }
    match(statsText(analysis), /^taken: the numbers at all loads are inference-perf's own, unchanged/m);
    match(statsText(analysis), /^1 requests\/s \(poisson\) .*, taken from inference-perf$/m);
  });

  it("are not more valid than that: no rows to check, and loads that never arrived", () => {
    const { validity } = analysis.systems[0]!;
    equal(validity.verdict, "suspect");
    const said = validity.findings.map(({ text }) => text).join("\n");
    match(said, /there are no request rows: the numbers are taken from inference-perf as they are/);
    // 222.83 a second were offered and 116 left, the last ones 54 s late; latencies from the sending do not show it.
    match(
      said,
      /requests left late at 148\.89, 185\.86, 222\.83 requests\/s \(poisson\): up to 54101\.0 ms .* leave it out/,
    );
  });

  it("are drawn against the load, with whose they are and from when they count", async function () {
    this.timeout(60_000);
    const figures = await drawFigures(analysis);
    const names = figures.map(({ name }) => name);
    deepEqual(names.slice(0, 3), ["overview", "latency_analysis", "throughput_analysis"]);
    const text = figures[0]!.svg.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
    match(text, /taken: the numbers at all loads are/);
    match(text, /from sending a request to/);
  });
});
