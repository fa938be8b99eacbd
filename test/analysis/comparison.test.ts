import assert from "node:assert/strict";
import { analyse } from "../../analysis/analyse.ts";
import type { Analysis, ComparisonRow } from "../../analysis/analysis.ts";
import { analysed, options, runsOf } from "./systems.ts";

const find = (
  analysis: Analysis,
  metric: ComparisonRow["metric"],
  load: number | null,
  candidate?: string,
): ComparisonRow =>
  analysis.comparison!.rows.find(
    (row) => row.metric === metric && row.load === load && (candidate === undefined || row.candidate === candidate),
  )!;

describe("comparison of systems", () => {
  it("is null for one system", async () => {
    assert.equal((await analysed([{ name: "a", repetitions: 1 }])).comparison, null);
  });

  it("calls an engine that is 15 % slower worse, and says by how much", async () => {
    const analysis = await analysed([{ name: "engine-a" }, { name: "engine-b", shape: { slowdown: 1.15 } }]);
    const row = find(analysis, "outputTokensPerSecond", null);
    assert.equal(row.verdict, "worse");
    assert.ok(Math.abs(row.ratio.value! * 1.15 - 1) < 0.02, `${row.ratio.value}`);
    assert.ok(row.interval!.low < 1 / 1.15 && 1 / 1.15 < row.interval!.high, JSON.stringify(row.interval));
    assert.deepEqual(row.repetitions, [5, 5]);
    assert.match(
      row.reason,
      /^the whole interval is beyond the margin of 5\.0 %; smallest change these repetitions can show: \d+\.\d %$/,
    );
    assert.equal(find(analysis, "tpotP50Ms", null).verdict, "worse");
    assert.match(
      analysis.comparison!.headline,
      /^SIMULATED: engine-b gives 1[234]\.\d % fewer output tokens\/s than engine-a \(95 % interval -\d+\.\d % to -\d+\.\d %, 5 repetitions each, geometric mean of 3 matched loads\): worse\.$/,
    );
  });

  it("turns the verdict round when the baseline is the slower one", async () => {
    const runs = await runsOf([{ name: "engine-a" }, { name: "engine-b", shape: { slowdown: 1.15 } }]);
    const there = analyse(runs, options);
    const back = analyse(runs, { ...options, baseline: "engine-b" });
    const [row, twin] = [there, back].map((analysis) => find(analysis, "outputTokensPerSecond", null));
    assert.equal(twin!.verdict, "better");
    assert.ok(Math.abs(row!.ratio.value! * twin!.ratio.value! - 1) < 1e-9);
    assert.ok(Math.abs(row!.interval!.low * twin!.interval!.high - 1) < 1e-9);
    assert.match(
      back.comparison!.headline,
      /engine-a gives 1\d\.\d % more output tokens\/s than engine-b .*: better\.$/,
    );
  });

  it("calls equal engines the same", async () => {
    const analysis = await analysed([{ name: "engine-a" }, { name: "engine-bb" }]);
    assert.equal(find(analysis, "outputTokensPerSecond", null).verdict, "same");
    assert.equal(find(analysis, "ttftP50Ms", null).verdict, "same");
    assert.match(analysis.comparison!.headline, /: the same within the margin\.$/);
  });

  it("says in the headline that two load generators differ too", async () => {
    const runs = await runsOf([{ name: "a" }, { name: "b", shape: { slowdown: 1.15 } }]);
    const other = runs.map((run) => (run.target === "a" ? run : { ...run, harness: "guidellm" }));
    const warned = /: worse\. Their load came from different harnesses, so a difference may be the harness's\.$/;
    assert.match(analyse(other, options).comparison!.headline, warned);
    assert.doesNotMatch(analyse(runs, options).comparison!.headline, warned);
    const versions = runs.map((run) => ({ ...run, harnessVersion: run.target === "a" ? "1.0.0" : "1.0.1" }));
    assert.doesNotMatch(analyse(versions, options).comparison!.headline, warned);
  });

  it("does not decide from one repetition", async () => {
    const analysis = await analysed([
      { name: "a", repetitions: 1 },
      { name: "b", repetitions: 1, shape: { slowdown: 2 } },
    ]);
    const row = find(analysis, "outputTokensPerSecond", null);
    assert.equal(row.verdict, "inconclusive");
    assert.equal(row.interval, null);
    assert.equal(row.reason, "one repetition each, no interval");
    assert.match(
      analysis.comparison!.headline,
      /\(geometric mean of 3 matched loads\): inconclusive, one repetition each, no interval\.$/,
    );
  });

  it("does not decide from runs that are too noisy, and estimates what would do", async () => {
    const analysis = await analysed([
      { name: "a", repetitions: 3, shape: { runSpread: 0.15 } },
      { name: "b", repetitions: 3, shape: { runSpread: 0.15, slowdown: 1.05 } },
    ]);
    const row = find(analysis, "outputTokensPerSecond", null);
    assert.equal(row.verdict, "inconclusive");
    assert.match(
      row.reason,
      /crosses the margin of 5\.0 %; smallest change .*; (about \d+ repetitions each would decide|too close .* 100 repetitions each)$/,
    );
  });

  it("compares matched loads only", async () => {
    const analysis = await analysed([
      { name: "a", repetitions: 2, concurrencies: [1, 2, 4] },
      { name: "b", repetitions: 2, concurrencies: [2, 4, 8] },
    ]);
    const loads = analysis
      .comparison!.rows.filter(({ metric }) => metric === "outputTokensPerSecond")
      .map(({ load }) => load);
    assert.deepEqual(loads, [null, 2, 4]);
    assert.match(analysis.comparison!.headline, /2 matched loads/);
  });

  it("says so when no load matches", async () => {
    const analysis = await analysed([
      { name: "a", repetitions: 2, concurrencies: [1] },
      { name: "b", repetitions: 2, concurrencies: [2] },
    ]);
    const row = find(analysis, "outputTokensPerSecond", null);
    assert.deepEqual(row.ratio, { value: null, reason: "no load in common with a" });
    assert.equal(analysis.comparison!.headline, "SIMULATED: b against a: inconclusive, no load in common with a.");
  });

  it("says which value is unknown instead of leaving a row out", async () => {
    // 100 ms hold 1 or 2 requests at concurrency 1: far below the floor of a median.
    const analysis = await analysed(
      [
        { name: "a", concurrencies: [1, 16] },
        { name: "b", concurrencies: [1, 16] },
      ],
      100,
    );
    const row = find(analysis, "ttftP50Ms", 1);
    assert.equal(row.ratio.value, null);
    assert.match(row.reason, /^TTFT p50 is unknown: n = \d, p50 needs 11$/);
    assert.equal(row.verdict, "inconclusive");
    // The row over all loads rests on the one that both have.
    assert.notEqual(find(analysis, "ttftP50Ms", null).ratio.value, null);
  });

  it("judges each of several candidates against the baseline", async () => {
    const analysis = await analysed([
      { name: "a" },
      { name: "b", shape: { slowdown: 1.3 } },
      { name: "cc", shape: { slowdown: 0.7 } },
    ]);
    assert.equal(find(analysis, "outputTokensPerSecond", null, "b").verdict, "worse");
    assert.equal(find(analysis, "outputTokensPerSecond", null, "cc").verdict, "better");
    assert.match(analysis.comparison!.headline, /^SIMULATED: b gives .*: worse\. cc gives .*: better\.$/);
  });

  it("refuses a baseline that is not there, naming those that are", async () => {
    const runs = await runsOf([
      { name: "a", repetitions: 1 },
      { name: "b", repetitions: 1 },
    ]);
    assert.throws(
      () => analyse(runs, { ...options, baseline: "c" }),
      /baseline "c" is no system of this analysis, allowed: "a", "b"/,
    );
  });
});
