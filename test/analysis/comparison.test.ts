import assert from "node:assert/strict";
import { analyse } from "../../analysis/analyse.ts";
import type { Analysis, ComparisonRow, StageAnalysis, SystemAnalysis } from "../../analysis/analysis.ts";
import { compare } from "../../analysis/comparison.ts";
import type { RequestColumns } from "../../analysis/run.ts";
import { geometricMean } from "../../analysis/statistics.ts";
import { systemSentence } from "../../analysis/write/systemSentence.ts";
import { shippedCriteria } from "../../scenario/criteria.ts";
import { analysed, options, runsOf } from "./systems.ts";

/** The same requests without a moment of a first token. */
const answeredWhole = (columns: RequestColumns): RequestColumns => ({
  ...columns,
  firstTokenMs: columns.firstTokenMs.map(() => Number.NaN),
  lastTokenMs: columns.lastTokenMs.map(() => Number.NaN),
});

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

  it("says in the headline that two models differ too", async () => {
    const runs = await runsOf([{ name: "a" }, { name: "b", shape: { slowdown: 1.15 } }]);
    const other = runs.map((run) => {
      const target = { ...run.plan!.target, model: run.target === "a" ? "m-8b" : "m-70b" };
      return { ...run, plan: { ...run.plan!, target } };
    });
    const warned = /: worse\. Their models differ \(m-8b, m-70b\), so a difference may be the model's\.$/;
    assert.match(analyse(other, options).comparison!.headline, warned);
    assert.doesNotMatch(analyse(runs, options).comparison!.headline, /models differ/);
  });

  it("begins with INVALID where a system's results are of no use, and so does the sentence of that system", async () => {
    const runs = await runsOf([{ name: "a" }, { name: "b" }]);
    const dead = runs.map((run) => (run.target === "a" ? run : { ...run, status: "failed" as const, reason: "died" }));
    const { comparison, systems } = analyse(dead, options);
    assert.match(comparison!.headline, /^SIMULATED: INVALID \(b\): b /);
    assert.deepEqual(
      systems.map((system) => systemSentence(system).slice(0, 21)),
      ["SIMULATED: a reaches ", "SIMULATED: INVALID: b"],
    );
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

  it("leaves out what neither side has, and says once what and why", async () => {
    // 100 ms hold 1 or 2 requests at concurrency 1: far below the floor of a median.
    const analysis = await analysed(
      [
        { name: "a", concurrencies: [1, 16] },
        { name: "b", concurrencies: [1, 16] },
      ],
      100,
    );
    assert.equal(find(analysis, "ttftP50Ms", 1), undefined);
    assert.equal(find(analysis, "ttftP95Ms", null), undefined);
    // The row over all loads rests on the one that both have.
    assert.notEqual(find(analysis, "ttftP50Ms", null).ratio.value, null);
    assert.deepEqual(analysis.comparison!.leftOut, [
      "not compared, since neither side has it: TTFT p50 at load 1; TPOT p50 at load 1; E2E p50 at load 1 (each repetition alone has fewer than the 11 samples that p50 needs)",
      "not compared, since neither side has it: TTFT p95; TPOT p95; E2E p95 (each repetition alone has fewer than the 130 samples that p95 needs)",
    ]);
  });

  it("keeps the row of what one side lacks, with the reason", async () => {
    const runs = await runsOf([{ name: "a" }, { name: "b" }]);
    const whole = runs.map((run) => (run.target === "a" ? run : { ...run, requests: answeredWhole(run.requests!) }));
    const row = find(analyse(whole, options), "ttftP50Ms", null);
    assert.equal(row.ratio.value, null);
    assert.equal(row.reason, "TTFT p50 is known of both at no matched load");
    assert.match(find(analyse(whole, options), "ttftP50Ms", 4).reason, /^TTFT p50 is unknown: /);
  });

  it("rests its sentence on the metric that the criteria name, and uses their margins", async () => {
    const runs = await runsOf([{ name: "a" }, { name: "b", shape: { slowdown: 1.15 } }]);
    const comparison = { primary: "tpotP50Ms", margins: { tpotP50Ms: 0.3 } } as const;
    const analysis = analyse(runs, { ...options, criteria: { ...shippedCriteria, comparison } });
    assert.equal(analysis.comparison!.rows[0]!.metric, "tpotP50Ms");
    assert.equal(analysis.comparison!.primary, "tpotP50Ms");
    assert.equal(find(analysis, "tpotP50Ms", null).margin, 0.3);
    assert.match(
      analysis.comparison!.headline,
      /^SIMULATED: b has a TPOT p50 that is 1\d\.\d % higher than a \(95 % interval .*\): the same within the margin\.$/,
    );
  });

  it("corrects every row but the primary one for their number", async () => {
    const { comparison } = await analysed([{ name: "engine-a" }, { name: "engine-b", shape: { slowdown: 1.15 } }]);
    const rows = comparison!.rows.filter(({ p }) => p.value !== null);
    const primary = rows.filter(({ metric, load }) => metric === "outputTokensPerSecond" && load === null);
    const others = rows.filter((row) => !primary.includes(row));
    assert.equal(primary.length, 1);
    const smallest = Math.min(...others.map(({ p }) => p.value!));
    // Ten and more rows of one engine, 15 % apart with a spread of 1 %: the raw p of the best is far below that of the primary.
    assert.ok(smallest >= others.length * 1e-12 && smallest < 1e-3, `${smallest}`);
    assert.ok(others.filter(({ verdict }) => verdict === "worse").every(({ p }) => p.value! < 0.05));
    assert.equal(primary[0]!.mannWhitneyP.value!.toFixed(4), "0.0079");
    const { low, high } = primary[0]!.interval!;
    const { smallestDetectable } = primary[0]!;
    assert.ok(Math.abs((1 + smallestDetectable.value!) ** 2 / (high / low) - 1) < 1e-9);
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

  it("pairs the loads of a repetition by its run: one that lacks a load lends nothing to its neighbour", async () => {
    const whole = await analysed([
      { name: "a", repetitions: 3, concurrencies: [1, 4] },
      { name: "b", repetitions: 3, concurrencies: [1, 4] },
    ]);
    const [a, b] = whole.systems as [SystemAnalysis, SystemAnalysis];
    const [low, high] = b.stages as [StageAnalysis, StageAnalysis];
    const without = { ...high, repetitions: high.repetitions.slice(1), runIds: high.runIds!.slice(1) };
    const { rows } = compare([a, { ...b, stages: [low, without] }], {
      ...{ criteria: shippedCriteria.comparison, differences: [] },
    })!;
    const rate = (one: StageAnalysis, i: number) => one.repetitions[i]!.outputTokensPerSecond.value!;
    const mean = (one: SystemAnalysis, repetitions: readonly number[]) =>
      geometricMean(repetitions.map((i) => geometricMean(one.stages.map((stage) => rate(stage, i)))));
    const overall = rows.find(({ metric, load }) => metric === "outputTokensPerSecond" && load === null)!;
    assert.deepEqual(overall.repetitions, [2, 3]);
    assert.ok(Math.abs(overall.ratio.value! / (mean(b, [1, 2]) / mean(a, [0, 1, 2])) - 1) < 1e-12);
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
