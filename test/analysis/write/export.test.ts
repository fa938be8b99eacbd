import assert from "node:assert/strict";
import { analyse } from "../../../analysis/analyse.ts";
import type { Run } from "../../../analysis/run.ts";
import { bencher } from "../../../analysis/write/bencher.ts";
import { exportAs, exportFormats } from "../../../analysis/write/export.ts";
import { githubActionBenchmark } from "../../../analysis/write/githubActionBenchmark.ts";
import { reportedMetrics, reportedRun } from "../reportedRun.ts";
import { options, runsOf } from "../systems.ts";

describe("exports", () => {
  let runs: Run[];
  before(async () => {
    runs = await runsOf([{ name: "engine", repetitions: 2, concurrencies: [1, 4] }], 2500);
  });
  const analysis = () => analyse(runs, options);

  it("for github-action-benchmark are one list per direction, with names that stay the same", () => {
    const { customBiggerIsBetter: bigger, customSmallerIsBetter: smaller } = githubActionBenchmark(analysis());
    assert.deepEqual(
      bigger.map(({ name, unit }) => [name, unit]),
      [1, 4].flatMap((load) => [
        [`SIMULATED local / engine / concurrency-${load} / output throughput`, "tokens/s"],
        [`SIMULATED local / engine / concurrency-${load} / request rate`, "requests/s"],
      ]),
    );
    const [pooled] = analysis().systems[0]!.stages;
    const ttft = smaller.find(({ name }) => name.endsWith("concurrency-1 / TTFT p50"))!;
    assert.equal(ttft.value, pooled!.pooled.ttftMs.p50.value);
    const own = pooled!.repetitions.map(({ ttftMs }) => ttftMs.p50.value!);
    assert.equal(ttft.range, `${Math.min(...own)} .. ${Math.max(...own)}`);
    assert.match(ttft.extra, /^test\/model on .*\nrepetitions: 2\nrequests: \d+\nruns: .*\nSIMULATED/);
    const names = [...bigger, ...smaller].map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, "alerts look a name up");
    assert.ok(names.every((name) => !name.includes("0badcafe")));
    assert.ok([...bigger, ...smaller].every(({ value }) => typeof value === "number"));
  });

  it("leave out what is not known: a 0 would be the best latency ever", () => {
    const { customSmallerIsBetter: smaller } = githubActionBenchmark(analyse([reportedRun()], options));
    assert.deepEqual(
      smaller
        .filter(({ name }) => name.includes("concurrency 1 "))
        .map(({ name, value }) => [name.split(" / ")[3], value]),
      [
        ["TTFT p50", 40],
        ["TPOT p50", 10],
        ["E2E p50", 380],
        ["failed requests", 0],
      ],
    );
    assert.ok(smaller.every((entry) => !("range" in entry) && !entry.name.includes("SIMULATED")));
  });

  it("hold no mean of percentiles where repetitions cannot be pooled, and rates that can", () => {
    const other = reportedMetrics({ outputTokensPerSecond: { value: 128 } });
    const two = analyse([reportedRun({}, [reportedMetrics()]), reportedRun({ repetition: 2 }, [other])], options);
    const [measures] = Object.values(bencher(two));
    assert.deepEqual(Object.keys(measures!), ["output-tokens-per-second", "requests-per-second", "failed-requests"]);
    assert.deepEqual(measures!["output-tokens-per-second"], { value: 96, lower_value: 64, upper_value: 128 });
  });

  it("for Bencher are benchmark, measure, metric, with bounds around the value", () => {
    const metrics = bencher(analysis());
    assert.deepEqual(Object.keys(metrics), [
      ...["SIMULATED local / engine / concurrency-1", "SIMULATED local / engine / concurrency-4"],
    ]);
    for (const measures of Object.values(metrics)) {
      assert.ok("output-tokens-per-second" in measures && "ttft-p50" in measures);
      for (const [slug, metric] of Object.entries(measures)) {
        assert.match(slug, /^[a-z0-9-]{1,64}$/);
        // Of few samples each repetition has no p95 or p99, and so no bounds.
        if (metric.lower_value === undefined) assert.match(slug, /p9[59]$/);
        else assert.ok(metric.lower_value <= metric.value && metric.value <= metric.upper_value!, slug);
      }
    }
  });

  it("come as named texts in every format", () => {
    const names = exportFormats.map((format) => exportAs(format, runs, analysis()).map(({ name }) => name));
    assert.deepEqual(names.slice(1), [
      ["stages.csv", "requests.csv"],
      ["stats.json"],
      ["customBiggerIsBetter.json", "customSmallerIsBetter.json"],
      ["bencher.json"],
    ]);
    assert.equal(names[0]!.length, 4);
    const [, rows] = exportAs("csv", runs, analysis());
    const sent = runs.reduce((sum, { requests }) => sum + requests!.length, 0);
    assert.equal(rows!.text.trimEnd().split("\n").length, 1 + sent);
    assert.deepEqual(JSON.parse(exportAs("json", runs, analysis())[0]!.text), analysis());
    assert.throws(
      () => exportAs("xml", runs, analysis()),
      /format "xml" is not known; allowed: benchmark-report, csv, json, github-action-benchmark, bencher/,
    );
  });
});
