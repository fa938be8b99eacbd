import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analyse } from "../../../analysis/analyse.ts";
import { importFmperf } from "../../../analysis/import/fmperf/fmperf.ts";
import { reportHtml } from "../../../analysis/report/report.ts";
import type { Run } from "../../../analysis/run.ts";
import { bencher } from "../../../analysis/write/bencher.ts";
import { benchmarkReports } from "../../../analysis/write/benchmarkReport.ts";
import { reportYaml } from "../../../analysis/write/benchmarkReportFiles.ts";
import { githubActionBenchmark } from "../../../analysis/write/githubActionBenchmark.ts";
import { stagesCsv } from "../../../analysis/write/stagesCsv.ts";
import { outcomes } from "../../../harness/recordFormat.ts";
import { judge, referee } from "../../referee/referee.ts";
import { reportedRun } from "../reportedRun.ts";
import { filesOf, importDamaged } from "./damage.ts";

const data = "test/data/fmperf";

describe("fmperf's files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "llmbench-fmperf-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("of LMBenchmark become one stage per rate, with the wall clock", async () => {
    const run = await importFmperf(join(data, "long-input"));
    deepEqual(run.problems, []);
    deepEqual(
      run.stages.map(({ plan, summary, reported }) => [plan.name, plan.load, summary.sent, reported]),
      [
        ["long-input 2/s", { type: "constant", requestsPerSecond: 2 }, 13, null],
        ["long-input 4/s", { type: "constant", requestsPerSecond: 4 }, 28, null],
      ],
    );
    // launch_time of the earliest line, 1795353072.3409348.
    equal(run.startedAt, "2026-11-22T13:11:12.340Z");
    const requests = run.requests!;
    // By hand, line 3 of the first file: ttft 0.0375, generation_time 0.0460, finish - launch 0.08345.
    equal(requests.sentMs[0], 0);
    ok(Math.abs(requests.firstTokenMs[0]! - 37.499) < 0.01);
    ok(Math.abs(requests.lastTokenMs[0]! - 83.4515) < 0.01);
    ok(Math.abs(requests.endMs[0]! - 83.4518) < 0.01);
    deepEqual([requests.promptTokens[0], requests.outputTokens[0]], [104, 8]);
    match(run.remarks.join(), /failure rate is not known/);
  });

  it("of LMBenchmark do not say how many failed, and nothing that is made of them does", async () => {
    const results = await importFmperf(join(data, "long-input"));
    const reason = "LMBenchmark keeps successful requests only";
    const run: Run = { ...reportedRun({ harness: "fmperf" }), ...results, startedAt: "2026-11-22T13:11:12.340Z" };
    const analysis = analyse([run], { title: "x" });
    const [{ pooled } = { pooled: null }] = analysis.systems[0]!.stages;
    deepEqual(pooled!.failureRate, { value: null, reason });
    deepEqual([pooled!.adjustedTtftMs.mean, pooled!.adjustedE2eMs.p50], Array(2).fill({ value: null, reason }));
    ok(pooled!.e2eMs.mean.value! > 0);
    ok(!JSON.stringify([bencher(analysis), githubActionBenchmark(analysis)]).includes("failed"));
    for (const { document } of benchmarkReports(run)) {
      const { requests } = document.results.request_performance!.aggregate;
      deepEqual([requests!.total > 0, "failures" in requests!, "incomplete" in requests!], [true, false, false]);
      match(document.run.description, /how many requests failed is not known \(LMBenchmark keeps/);
      if (referee !== undefined) deepEqual(judge([reportYaml(document)]), [null]);
    }
    const [header, row] = stagesCsv(analysis).split("\n");
    const cell = (name: string) => row!.split(",")[header!.split(",").indexOf(name)];
    deepEqual(["outcome_empty", "outcome_timeout", "failure_share"].map(cell), ["1", "", ""]);
    const html = reportHtml(analysis, []);
    match(html, /How many requests failed is not known: LMBenchmark keeps/);
    ok(!/No request failed|0 of 41 requests/.test(html));
  });

  it("say empty where the tool wrote zeros, and take no tokens of its second question", async () => {
    const { requests, stages } = await importFmperf(join(data, "long-input"));
    const empty = [...requests!.outcome].flatMap((outcome, row) => (outcomes[outcome] === "empty" ? [row] : []));
    equal(empty.length, 1);
    const row = empty[0]!;
    deepEqual(
      [requests!.outputTokens[row], requests!.firstTokenMs[row], requests!.lastTokenMs[row]],
      [-1, Number.NaN, Number.NaN],
    );
    equal(stages[0]!.summary.outcomes.empty, 1);
  });

  it("of its ShareGPT scenario have fewer columns", async () => {
    const { stages, requests } = await importFmperf(join(data, "sharegpt"));
    deepEqual(
      stages.map(({ plan, summary }) => [plan.name, summary.sent]),
      [["sharegpt 4/s", 6]],
    );
    deepEqual([...requests!.outputTokens], [6, 9, 4, 12, 10, 2]);
  });

  it("of its own generator are put together from token records", async () => {
    const at = (ms: number) => (1_700_000_000_000 + ms) * 1e6;
    const token = {
      exp_num_users: 2,
      exp_duration: 10,
      exclude: false,
      ok: true,
      error: "None",
      n_tokens: 1,
      response: {},
    };
    const results = [
      { ...token, worker_idx: 0, request_idx: 0, response_idx: 0, timestamp: at(100), duration_ms: 40 },
      { ...token, worker_idx: 0, request_idx: 0, response_idx: 1, timestamp: at(110), duration_ms: 10 },
      {
        ...token,
        worker_idx: 0,
        request_idx: 1,
        response_idx: 0,
        timestamp: at(200),
        duration_ms: 50,
        ok: false,
        n_tokens: 0,
        error: "Read timed out",
      },
      { ...token, worker_idx: 1, request_idx: 0, response_idx: 0, timestamp: at(105), duration_ms: 45 },
    ];
    await writeFile(join(folder, "result_sweep_u2.json"), JSON.stringify({ results, energy: {} }));
    const { stages, requests, errors, failuresUnknown } = await importFmperf(folder);
    equal(failuresUnknown, null, "its own generator keeps the failed ones");
    deepEqual(
      stages.map(({ plan, summary }) => [plan.name, summary.sent]),
      [["concurrency 2", 3]],
    );
    deepEqual([...requests!.outputTokens], [1, 2, -1]);
    deepEqual([...requests!.sentMs], [0, 0, 90]);
    deepEqual([...requests!.firstTokenMs], [45, 40, Number.NaN]);
    deepEqual(
      errors.map(({ outcome, count }) => [outcome, count]),
      [["timeout", 1]],
    );
  });

  it("that are missing, empty or of others are refused", async () => {
    await rejects(importFmperf(folder), /no LMBench_\*\.csv and no result\*\.json; see the log/);
    await writeFile(join(folder, "LMBench_sharegpt_output_1.csv"), "\n");
    await rejects(importFmperf(folder), /LMBench_sharegpt_output_1\.csv: holds no request; see the log/);
    await writeFile(join(folder, "LMBench_sharegpt_output_1.csv"), "a,b\n1,2\n");
    await rejects(importFmperf(folder), /has no column prompt_tokens, generation_tokens, ttft/);
  });

  it("of 1,000 damaged kinds are read or refused, never made up", async function () {
    this.timeout(240_000);
    const csv = await importDamaged(importFmperf, await filesOf(join(data, "long-input")), 1000);
    ok(csv.read > 300 && csv.refused > 10, JSON.stringify(csv));
  });
});
