import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { analyse } from "../../../analysis/analyse.ts";
import { environmentFingerprint, environmentOf } from "../../../analysis/gate/environment.ts";
import { type HistoryEntry, historyEntries } from "../../../analysis/history/entry.ts";
import { appendEntries, parseHistory, readHistory } from "../../../analysis/history/historyFile.ts";
import { historyText } from "../../../analysis/history/historyText.ts";
import { meanInterval } from "../../../analysis/history/meanInterval.ts";
import { otavaCsv } from "../../../analysis/history/otavaCsv.ts";
import { metricNames, seriesOf } from "../../../analysis/history/series.ts";
import { temporaryFolder } from "../nativeFolder.ts";
import { options, runsOf } from "../systems.ts";

const day = (index: number) => new Date(Date.UTC(2026, 8, 1 + index, 3)).toISOString();

const entry = (index: number, value: number | null, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  time: day(index),
  commit: `c${index}`,
  stack: "local",
  system: "engine",
  fingerprint: "abc",
  metrics: value === null ? {} : { outputTokensPerSecond: { value, low: value * 0.98, high: value * 1.02, n: 5 } },
  verdict: null,
  ...more,
});

describe("a history file", () => {
  it("gives back what was appended, line by line", async () => {
    const folder = await temporaryFolder();
    try {
      const file = join(folder.path, "deep", "history.jsonl");
      const entries = [entry(0, 100), entry(1, 101, { verdict: "ok", commit: null })];
      appendEntries(file, entries.slice(0, 1));
      appendEntries(file, entries.slice(1));
      assert.deepEqual(readHistory(file), { entries, bad: [] });
    } finally {
      await folder.remove();
    }
  });

  it("loses no line to one that somebody was cut off in, and names it", async () => {
    const folder = await temporaryFolder();
    try {
      const file = join(folder.path, "history.jsonl");
      appendEntries(file, [entry(0, 100)]);
      appendFileSync(file, '{"time":"2026-');
      appendEntries(file, [entry(1, 101)]);
      appendFileSync(file, '{"time":"yesterday"}\n');
      const { entries, bad } = readHistory(file)!;
      assert.deepEqual(
        entries.map(({ commit }) => commit),
        ["c0", "c1"],
      );
      assert.deepEqual(
        bad.map(({ line }) => line),
        [2, 4],
      );
      assert.equal(bad[0]!.problem, "is no JSON");
      assert.match(bad[1]!.problem, /^time: /);
      assert.ok(readFileSync(file, "utf8").includes('{"time":"2026-\n'), "what was there stays");
    } finally {
      await folder.remove();
    }
  });

  it("survives any text: every line is an entry, bad or blank", () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json(), fc.constant(JSON.stringify(entry(0, 1))))), (lines) => {
        const text = lines.map((line) => line.replaceAll("\n", " "));
        const { entries, bad } = parseHistory(text.join("\n"));
        assert.equal(entries.length + bad.length, text.filter((line) => line.trim() !== "").length);
      }),
    ));
});

describe("the lines of a history", () => {
  it("hold what repetitions say of each metric, over all loads and at each", async () => {
    const runs = await runsOf([{ name: "engine", concurrencies: [1, 4] }]);
    const analysis = analyse(runs, options);
    const [line, ...others] = historyEntries({ analysis, runs }, { commit: "abc", verdictOf: () => "ok" });
    assert.equal(others.length, 0);
    const all = line!.metrics.outputTokensPerSecond!;
    const [one, four] = [line!.metrics["outputTokensPerSecond@1"]!, line!.metrics["outputTokensPerSecond@4"]!];
    assert.ok(Math.abs(all.value - Math.sqrt(one.value * four.value)) < 1e-9);
    assert.ok(all.n === 5 && all.low! < all.value && all.value < all.high!);
    assert.deepEqual([line!.verdict, line!.commit, line!.time], ["ok", "abc", "2026-11-22T06:00:00.000Z"]);
    assert.ok(!("ttftP95Ms" in line!.metrics) || line!.metrics.ttftP95Ms!.value > 0, "never 0 for what is not known");
  });

  it("another workload or machine has another fingerprint, another seed or engine version has not", async () => {
    const runs = await runsOf([{ name: "engine", repetitions: 2 }]);
    const of = (change: (run: (typeof runs)[0]) => (typeof runs)[0]) =>
      environmentFingerprint(environmentOf(runs.map(change)));
    const same = of((run) => run);
    const machine = (facts: Record<string, string>) =>
      of((run) => ({ ...run, provenance: { ...run.provenance, machine: facts } }));
    assert.equal(same, environmentFingerprint(environmentOf(runs.slice(1))), "of one repetition as of two");
    assert.equal(same, machine({ engineImage: "vllm:nightly", engineNode: "pool-x7f" }));
    assert.equal(
      same,
      of((run) => ({ ...run, provenance: { ...run.provenance, versions: { vllm: "0.33" } } })),
    );
    assert.notEqual(same, machine({ gpu: "H100", driver: "570" }));
    assert.notEqual(
      same,
      of((run) => ({ ...run, plan: { ...run.plan!, ignoreEos: !run.plan!.ignoreEos } })),
    );
  });

  it("intervals are Student's on logarithms: none of one repetition, t(0.975, 4) = 2.776 of five", () => {
    assert.deepEqual(meanInterval([1]), { value: 1, low: null, high: null, n: 1 });
    const spread = [-2, -1, 0, 1, 2].map((z) => Math.exp(z));
    const { value, high } = meanInterval(spread);
    assert.ok(Math.abs(value - 1) < 1e-12);
    assert.ok(Math.abs(Math.log(high!) - 2.776 * Math.sqrt(2.5 / 5)) < 1e-3);
  });
});

describe("the series of a history", () => {
  const steady = Array.from({ length: 12 }, (_, i) => entry(i, 100 + (i % 3)));
  const slower = Array.from({ length: 6 }, (_, i) => entry(12 + i, 90 + (i % 3)));

  it("have change points, whatever the order of the lines, with the direction in a word", () => {
    const [series] = seriesOf([...slower, ...steady], "outputTokensPerSecond");
    const change = series!.points.find((point) => point.change !== null);
    assert.equal(change?.entry.commit, "c12");
    const text = historyText([series!], "outputTokensPerSecond");
    assert.match(text, /^local \/ engine, series abc, output tokens\/s: 18 points, 1 change point\n/);
    assert.match(text, /\n2026-09-13 03:00 {2}c12 .*WORSE from here: -9\.9 % \(101 -> 91\.0, p < 0\.000001\)\n/);
  });

  it("leave out what is invalid, and say so", () => {
    const broken = entry(5, 10, { verdict: "invalid" });
    const [series] = seriesOf([...steady.filter((one) => one.commit !== "c5"), broken], "outputTokensPerSecond");
    assert.deepEqual([series!.counted, series!.points.length], [11, 12]);
    assert.match(historyText([series!], "outputTokensPerSecond"), /11 points, change points are looked for from 12 on/);
    assert.match(historyText([series!], "outputTokensPerSecond"), /INVALID {2}left out\n/);
  });

  it("begin again with another fingerprint: a new machine is no change of the engine", () => {
    const moved = slower.map((one) => ({ ...one, fingerprint: "def" }));
    const series = seriesOf([...steady, ...moved], "outputTokensPerSecond");
    assert.deepEqual(
      series.map(({ fingerprint, points }) => [fingerprint, points.filter(({ change }) => change !== null).length]),
      [
        ["abc", 0],
        ["def", 0],
      ],
    );
  });

  it("as CSV for Otava leave out a metric that a line lacks: it stops at an empty cell", () => {
    const ttft = { value: 20, low: null, high: null, n: 1 };
    const second = entry(1, 101, { metrics: { ...entry(1, 101).metrics, ttftP50Ms: ttft } });
    const { text, leftOut } = otavaCsv([entry(0, 100), second]);
    assert.equal(
      text,
      "time,commit,stack,system,fingerprint,outputTokensPerSecond\n" +
        `${day(0)},c0,local,engine,abc,100\n${day(1)},c1,local,engine,abc,101\n`,
    );
    assert.deepEqual([leftOut, metricNames([second])], [["ttftP50Ms"], ["outputTokensPerSecond", "ttftP50Ms"]]);
  });
});
