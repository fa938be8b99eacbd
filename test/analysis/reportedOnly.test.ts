import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { analyse } from "../../analysis/analyse.ts";
import type { Analysis } from "../../analysis/analysis.ts";
import { drawFigures } from "../../analysis/figures/drawFigures.ts";
import { reportHtml } from "../../analysis/report/report.ts";
import type { Run } from "../../analysis/run.ts";
import { benchmarkReports } from "../../analysis/write/benchmarkReport.ts";
import { writeData } from "../../analysis/write/data.ts";
import { readmeText } from "../../analysis/write/readme.ts";
import { requestsCsv } from "../../analysis/write/requestsCsv.ts";
import { stagesCsv } from "../../analysis/write/stagesCsv.ts";
import { statsText } from "../../analysis/write/statsText.ts";
import { terminalTable } from "../../analysis/write/terminalTable.ts";
import { temporaryFolder } from "./nativeFolder.ts";
import { reportedMetrics, reportedRun, summary } from "./reportedRun.ts";
import { options, runsOf, warningsOf } from "./systems.ts";

const twice = () => [
  reportedRun(),
  reportedRun({ repetition: 2 }, [
    reportedMetrics({ windowSeconds: 30, requestsPerSecond: { value: 4 }, ttftMs: summary(60, { mean: 81, p50: 80 }) }),
    null,
  ]),
];

describe("runs of which a harness left summaries only", () => {
  it("keep the harness's own numbers, also below our sample floors", () => {
    const [system] = analyse([reportedRun()], options).systems;
    assert.equal(system!.harness, "othertool 1.2.3");
    assert.deepEqual([system!.model, system!.hardware], ["unknown model", "unknown hardware"]);
    const [{ pooled, repetitions } = assert.fail()] = system!.stages;
    assert.deepEqual(repetitions, [pooled]);
    assert.deepEqual([pooled.ttftMs.p99.value, pooled.itlMs.n, pooled.ttftMs.p95.value], [60, null, null]);
    assert.deepEqual(warningsOf(system!), [
      "whether the load generator kept up is not known at concurrency 1, 2: it did not record its CPU or its lags",
    ]);
  });

  it("are pooled where that is arithmetic, and not where it is none", () => {
    const [stage, second] = analyse(twice(), options).systems[0]!.stages;
    const { pooled } = stage!;
    assert.deepEqual([pooled.windowSeconds, pooled.sent, pooled.outcomes.ok], [40, 40, 40]);
    assert.equal(pooled.requestsPerSecond.value, (2 * 10 + 4 * 30) / 40);
    assert.deepEqual([pooled.ttftMs.n, pooled.ttftMs.mean.value], [80, (41 * 20 + 81 * 60) / 80]);
    assert.match((pooled.ttftMs.p50 as { reason: string }).reason, /repetitions cannot be pooled/);
    assert.equal(pooled.itlMs.mean.value, null, "nobody said how many gaps there were");
    assert.equal(pooled.inputTokensPerSecond.value, null);
    assert.equal(second!.repetitions.length, 1);
  });

  it("show the worst that a harness told of itself", () => {
    const client = (cpu: number | null) => ({ cpu, eventLoopLagP99Ms: null, dispatchLagP99Ms: null });
    const runs = [0.4, null, 0.95].map((cpu, i) =>
      reportedRun({ repetition: i + 1 }, [reportedMetrics({ client: client(cpu) })]),
    );
    const [system] = analyse(runs, options).systems;
    assert.equal(system!.stages[0]!.pooled.client.cpu, 0.95);
    assert.ok(warningsOf(system!).some((text) => text.includes("0.95 of one core")));
  });

  it("say what is missing: stages that did not run, windows that nobody told", () => {
    const runs = [reportedRun({}, [reportedMetrics({ windowSeconds: null }), null])];
    const analysis = analyse(runs, options);
    assert.ok(warningsOf(analysis.systems[0]!).includes("concurrency 2: did not run"));
    assert.match(statsText(analysis), /Throughput and tokens/);
    assert.doesNotMatch(everyText(analysis), /NaN|undefined|Infinity/);
  });

  it("have their remarks in report, README and stats.txt, and a hint in the terminal", () => {
    const analysis = analyse(twice(), options);
    const stats = statsText(analysis);
    assert.match(stats, /What to know of the numbers by othertool 1\.2\.3\n-+\n- othertool left no request rows/);
    assert.match(stats, /- othertool's ITL counts <chunks>, not tokens/);
    assert.equal(stats.match(/counts <chunks>/g)?.length, 1, "once, however many runs");
    assert.match(terminalTable(analysis), /othertool 1\.2\.3: 2 remarks on its numbers/);
    assert.match(readmeText(analysis, { images: [], files: [] }), /ITL counts &lt;chunks&gt;, not tokens/);
    assert.match(reportHtml(analysis, []), /<h3>What to know of the numbers by othertool 1\.2\.3<\/h3>\s*<ul><li>/);
    assert.match(reportHtml(analysis, []), /ITL counts &lt;chunks&gt;, not tokens/);
  });

  it("are drawn and written whole: figures, report, CSV, JSON", async () => {
    for (const runs of [[reportedRun()], twice(), [reportedRun({}, [null, null])], [reportedRun({ stages: [] })]]) {
      const analysis = analyse(runs, options);
      assert.deepEqual(JSON.parse(JSON.stringify(analysis)), analysis);
      const drawn = await drawFigures(analysis);
      assert.equal(drawn.length, 3);
      assert.doesNotMatch(reportHtml(analysis, drawn), /NaN|undefined/);
      assert.doesNotMatch(everyText(analysis), /NaN|undefined|Infinity/);
    }
  }).timeout(60_000);

  it("have a row per repetition in stages.csv and only the header in requests.csv", async () => {
    const folder = await temporaryFolder();
    try {
      const files = await writeData(analyse(twice(), options), twice(), folder.path);
      assert.equal(files.filter((file) => file.includes("benchmark_report_v0.2.1,_")).length, 4);
      const requests = await readFile(join(folder.path, "results", "requests.csv"), "utf8");
      assert.equal(requests, [...requestsCsv([])].join(""));
      const [header, ...rows] = (await readFile(join(folder.path, "results", "stages.csv"), "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => line.split(","));
      assert.equal(rows.length, 5);
      const cell = (row: number, name: string) => rows[row]![header!.indexOf(name)];
      assert.deepEqual(
        [cell(0, "repetition"), cell(0, "ttft_ms_p50"), cell(0, "ttft_ms_p95"), cell(0, "itl_ms_n")],
        ["1", "40", "", ""],
      );
      assert.equal(rows[0]!.slice(header!.indexOf("harness")).join(","), "othertool 1.2.3");
    } finally {
      await folder.remove();
    }
  });
});

describe("a stage whose rows are lost beside stages that have theirs", () => {
  const mixed = async (repetition = 1): Promise<Run> => {
    const [run] = await runsOf([{ name: "engine", repetitions: 1, concurrencies: [1] }]);
    const lost = reportedRun().stages[1]!;
    return { ...run!, runId: `engine-0badcafe-r${repetition}`, repetition, stages: [...run!.stages, lost] };
  };

  it("has run, and keeps what its harness reported", async () => {
    const [system] = analyse([await mixed()], options).systems;
    const [whole, lost] = system!.stages;
    assert.ok(whole!.pooled.outputTokensPerSecond.value! > 0);
    assert.deepEqual([lost!.pooled.outputTokensPerSecond.value, lost!.repetitions.length], [120, 1]);
    assert.doesNotMatch(warningsOf(system!).join(), /did not run/);
  });

  it("keeps it in its Benchmark Report, which says whose numbers they are", async () => {
    const [whole, lost] = benchmarkReports(await mixed()).map(({ document }) => document);
    assert.match(whole!.run.description, /computed by LLM Bench from request rows/);
    assert.match(lost!.run.description, /statistics as llmbench computed them/);
    const { throughput } = lost!.results.request_performance!.aggregate;
    assert.equal(throughput!.output_token_rate!.mean, 120);
  });

  it("stands in its place among the repetitions", async () => {
    const [one, two] = [await mixed(1), await mixed(2)];
    const lacking = { ...one, requests: null, stages: [{ ...one.stages[0]!, reported: reportedMetrics() }] };
    const [stage] = analyse([lacking, two], options).systems[0]!.stages;
    assert.equal(stage!.repetitions[0]!.outputTokensPerSecond.value, 64);
    assert.equal(stage!.pooled.ttftMs.p50.value, null);
  });
});

describe("several harnesses", () => {
  let ours: Run[];
  before(async () => {
    ours = await runsOf([{ name: "engine", repetitions: 2, concurrencies: [1, 2] }]);
  });
  const both = () => analyse([...ours, ...twice().map((run) => ({ ...run, runId: `x-${run.runId}` }))], options);

  it("on one target are systems of their own: their runs are no repetitions of each other", () => {
    const analysis = both();
    assert.deepEqual(
      analysis.systems.map(({ name, runs, harness }) => [name, runs.length, harness]),
      [
        ["engine (llmbench)", 2, "llmbench 0.1.0"],
        ["engine (othertool)", 2, "othertool 1.2.3"],
      ],
    );
    assert.equal(analysis.comparison!.baseline, "engine (llmbench)");
    const matched = analysis.comparison!.rows.filter(({ load, ratio }) => load !== null && ratio.value !== null);
    assert.ok(matched.length > 0);
  });

  it("are warned of: a ratio of theirs is not one of the systems", () => {
    const warning =
      "engine (othertool) against engine (llmbench): the load came from othertool and llmbench, whose clocks and definitions differ";
    for (const text of [statsText(both()), terminalTable(both())])
      assert.ok(text.replace(/\s+/g, " ").includes(warning), text);
    assert.doesNotMatch(statsText(analyse(ours, options)), /definitions differ/);
  });

  it("are drawn side by side", async () => {
    const names = (await drawFigures(both())).map(({ name }) => name);
    for (const name of ["overview", "comparison", "throughput_comparison", "latency_comparison", "qps_comparison"])
      assert.ok(names.includes(name), name);
    assert.ok(!names.includes("tail"), "one of them has no request rows");
  }).timeout(60_000);
});

describe("rows of another harness", () => {
  it("say who counted the tokens, and have no event where none is kept", async () => {
    const [run] = await runsOf([{ name: "engine", repetitions: 1, concurrencies: [2] }]);
    const rows = run!.requests!;
    const foreign: Run = {
      ...{ ...run!, harness: "othertool", plan: null },
      requests: { ...rows, events: rows.events.map(() => 0), flags: rows.flags.map((bits) => bits & ~1) },
    };
    const [header, row] = [...requestsCsv([foreign])].join("").split("\n");
    const at = (name: string) => row!.split(",")[header!.split(",").indexOf(name)];
    assert.deepEqual([at("token_events"), at("output_tokens_source"), at("harness")], ["", "othertool", "othertool"]);
    assert.deepEqual(warningsOf(analyse([foreign], options).systems[0]!), [
      "output tokens of 100.0 % of answers are as othertool counted them, which need not be the server's usage",
    ]);
    const usage: Run = { ...foreign, requests: { ...rows, events: rows.events.map(() => 0) } };
    assert.deepEqual(warningsOf(analyse([usage], options).systems[0]!), []);
  });
});

function everyText(analysis: Analysis): string {
  return [
    statsText(analysis),
    terminalTable(analysis),
    readmeText(analysis, { images: [], files: [] }),
    stagesCsv(analysis),
  ].join("\n");
}
