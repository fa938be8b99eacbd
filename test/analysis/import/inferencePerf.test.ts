import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importInferencePerf } from "../../../analysis/import/inferencePerf/inferencePerf.ts";
import { outcomes } from "../../../harness/recordFormat.ts";
import { type Files, filesOf, importDamaged } from "./damage.ts";
import { shortLifecycleRows } from "./shortLifecycleRows.ts";

const data = "test/data/inference-perf";
const real = process.env.LLMBENCH_TEST_DATA;

describe("inference-perf's files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "llmbench-ip-"));
    await cp(join(data, "conc-0.6.1"), folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const rowsFile = () => join(folder, "per_request_lifecycle_metrics.json");

  for (const version of ["0.6.1", "0.7.0"]) {
    it(`of ${version} become stages and rows that agree with each other and with the server`, async () => {
      const run = await importInferencePerf(join(data, `conc-${version}`));
      deepEqual(run.problems, []);
      deepEqual(
        run.stages.map(({ plan, summary }) => [plan.name, plan.load, plan.stop, summary.status, summary.sent]),
        [1, 2, 4].map((concurrency, i) => [
          `concurrency ${concurrency}`,
          { type: "concurrency", concurrency },
          { requests: 4 + 2 * i },
          "complete",
          4 + 2 * i,
        ]),
      );
      const requests = run.requests!;
      equal(requests.length, 18);
      // Faults that the simulator was told to make, by the order of arrival.
      const failed = run.errors.map(({ stage, outcome, status, count }) => [stage, outcome, status, count]);
      deepEqual(failed.sort(), [
        [1, "http429", 429, 1],
        [1, "http5xx", 500, 1],
        [2, "cut", 0, 1],
        [2, "empty", 200, 1],
      ]);
      for (let row = 0; row < requests.length; row++) {
        if (outcomes[requests.outcome[row]!] !== "ok") continue;
        // End of sequence was ignored, so the server made what it was asked for, one token per event.
        equal(requests.outputTokens[row], requests.outputTokensAsked[row]);
        equal(requests.events[row], requests.outputTokens[row]);
        equal(requests.cachedTokens[row], 0);
        equal(requests.scheduledMs[row], requests.sentMs[row]);
      }
      const gaps = run.itl.map(({ counts }) => counts.reduce((a, b) => a + b, 0));
      const tokens = [0, 1, 2].map((stage) =>
        requests.events.reduce(
          (sum, events, row) => sum + (requests.stage[row] === stage && requests.outcome[row] === 0 ? events - 1 : 0),
          0,
        ),
      );
      deepEqual(gaps, tokens);
    });
  }

  it("give the same latencies as the tool itself, where it defines them as we do", async () => {
    const { requests, stages } = await importInferencePerf(join(data, "conc-0.6.1"));
    const { reported, summary } = stages[1]!;
    // Row by row, by hand: end - start of the four successes of stage 1, in ms.
    const own = [...requests!.endMs].flatMap((end, row) =>
      requests!.stage[row] === 1 && requests!.outcome[row] === 0 ? [end - requests!.sentMs[row]!] : [],
    );
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    ok(Math.abs(mean - 46.742_748_499_127_63) < 1e-6, String(mean));
    equal(reported!.e2eMs.mean.value, 46.742_748_499_127_63);
    equal(reported!.e2eMs.p50.value, 47.873_243_998_765_25);
    equal(reported!.e2eMs.n, 4);
    equal(reported!.windowSeconds, 0.906_524_923_997_494_6);
    ok(Math.abs((summary.drainedMs - summary.startMs) / 1000 - reported!.windowSeconds) < 1e-9);
    deepEqual(
      [reported!.sent, reported!.outcomes.ok, reported!.outcomes.http429, reported!.outcomes.http5xx],
      [6, 4, 1, 1],
    );
    deepEqual(reported!.failureRate, { value: 1 / 3 });
    equal(reported!.inputTokens.mean.value, 18);
  });

  it("leave out what inference-perf calls by a name of ours and defines otherwise, and zeros that mean nothing", async () => {
    const { stages } = await importInferencePerf(join(data, "conc-0.6.1"));
    match((stages[0]!.reported!.itlMs.p50 as { reason: string }).reason, /k - 1 gaps of 0 ms/);
    ok(stages[0]!.reported!.ntpotMs.p50.value! > 0);
    match((stages[2]!.reported!.ntpotMs.p50 as { reason: string }).reason, /answers without a token as 0/);
    equal(stages[0]!.reported!.cachedShare.value, null);
    // Its report counts the answer without a token as a success; the rows tell.
    deepEqual([stages[2]!.reported!.outcomes.ok, stages[2]!.summary.outcomes.ok], [7, 6]);
  });

  it("tell random gaps of a constant rate by name and figure", async () => {
    const { stages, remarks } = await importInferencePerf(join(data, "rate-0.6.1"));
    deepEqual(
      stages.map(({ plan }) => [plan.name, plan.load, plan.stop]),
      [
        ["constant 2/s, random gaps", { type: "poisson", requestsPerSecond: 2 }, { seconds: 3 }],
        ["constant 4/s, random gaps", { type: "poisson", requestsPerSecond: 4 }, { seconds: 2 }],
      ],
    );
    ok(stages.every(({ summary }) => summary.gapCv! > 0.3));
    ok(remarks.some((remark) => /"constant" had random gaps/.test(remark)));
    // The profile asked for 50 and 90 only; the adapter adds ours.
    ok(stages[0]!.reported!.ttftMs.p99.value! > 0);
  });

  it("of an open loop: the window is first to last send, as the tool's own send_duration", async () => {
    const { stages } = await importInferencePerf(join(data, "rate-0.6.1"));
    for (const [index, { summary }] of stages.entries()) {
      const text = await readFile(join(data, `rate-0.6.1/stage_${index}_lifecycle_metrics.json`), "utf8");
      const told = JSON.parse(text).load_summary.send_duration * 1000;
      ok(
        Math.abs(summary.endMs - summary.startMs - told) < 1e-3,
        `${summary.endMs - summary.startMs} ms, told ${told}`,
      );
    }
  });

  it("of a stage where all failed have no rates of 0, nor a length where none is told", async () => {
    const file = join(folder, "stage_1_lifecycle_metrics.json");
    const report = JSON.parse(await readFile(file, "utf8"));
    report.successes = { count: 0, latency: {}, throughput: { requests_per_sec: 0, output_tokens_per_sec: 0 } };
    report.failures = { count: 6, by_label: { CancelledError: { count: 4 }, Timeout: { count: 2 } } };
    delete report.benchmark_time_seconds;
    await writeFile(file, JSON.stringify(report));
    await unlink(rowsFile());
    const { reported } = (await importInferencePerf(folder)).stages[1]!;
    equal(reported!.windowSeconds, null);
    deepEqual(reported!.requestsPerSecond, { value: null, reason: "no successful request" });
    deepEqual(reported!.outputTokensPerSecond, { value: null, reason: "no successful request" });
    equal(reported!.outcomes.cancelled, 4);
    deepEqual(reported!.failureRate, { value: 1 });
    report.successes.count = 2;
    await writeFile(file, JSON.stringify(report));
    deepEqual((await importInferencePerf(folder)).stages[1]!.reported!.failureRate, { value: 1 / 2 });
  });

  it("do not tell of how many values TTFT, TPOT and ITL are", async () => {
    const { e2eMs, ttftMs, tpotMs, ntpotMs } = (await importInferencePerf(folder)).stages[0]!.reported!;
    deepEqual([e2eMs.n, ttftMs.n, tpotMs.n, ntpotMs.n], [4, null, null, 4]);
    ok(ttftMs.mean.value! > 0 && tpotMs.mean.value! > 0);
  });

  it("hold the wall clock since 0.7.0 only", async () => {
    equal((await importInferencePerf(join(data, "conc-0.6.1"))).startedAt, null);
    equal((await importInferencePerf(join(data, "conc-0.7.0"))).startedAt, "2026-11-22T12:45:52.066Z");
  });

  it("are read without rows, stages laid end to end", async () => {
    await unlink(rowsFile());
    const run = await importInferencePerf(folder);
    equal(run.requests, null);
    match(run.problems.join(), /there are no request rows/);
    deepEqual(
      run.stages.map(({ summary }) => summary.sent),
      [4, 6, 8],
    );
    equal(run.stages[1]!.summary.startMs, run.stages[0]!.summary.drainedMs);
  });

  it("are read with one report missing, its stage told by the config", async () => {
    await unlink(join(folder, "stage_1_lifecycle_metrics.json"));
    const run = await importInferencePerf(folder);
    deepEqual(
      run.stages.map(({ summary }) => summary.sent),
      [4, 6, 8],
    );
    equal(run.stages[1]!.reported, null);
    match(run.problems.join(), /"concurrency 2" has no report/);
  });

  it("keep every whole row of a file that is cut", async () => {
    const bytes = await readFile(rowsFile());
    await truncate(rowsFile(), bytes.length - 3000);
    const run = await importInferencePerf(folder);
    ok(run.requests!.length >= 16);
    match(run.problems.join(), /ends too early, at byte \d+, inside element \d+ of the list: \d+ of 18 rows/);
    deepEqual(run.stages.map(({ summary }) => summary.sent).slice(0, 2), [4, 6]);
  });

  it("are told apart by time where the rows are not in the order of stages", async () => {
    const rows = JSON.parse(await readFile(rowsFile(), "utf8")) as unknown[];
    await writeFile(rowsFile(), JSON.stringify(rows.toReversed()));
    const mixed = await importInferencePerf(folder);
    const straight = await importInferencePerf(join(data, "conc-0.6.1"));
    deepEqual(mixed.problems, []);
    deepEqual(
      mixed.stages.map(({ summary }) => summary),
      straight.stages.map(({ summary }) => summary),
    );
    deepEqual(mixed.itl, straight.itl);
  });

  it("say so where rows and reports do not fit together", async () => {
    const rows = JSON.parse(await readFile(rowsFile(), "utf8")) as { start_time: number }[];
    rows[0]!.start_time -= 1;
    await writeFile(rowsFile(), JSON.stringify(rows));
    match(
      (await importInferencePerf(folder)).problems.join(),
      /stage "concurrency 1" do not fit together \(benchmark_time_seconds/,
    );
  });

  it("of a folder without any are refused", async () => {
    await rejects(importInferencePerf("test/data/vllm-benchmark"), /no stage_<n>_lifecycle_metrics\.json.*see its log/);
  });

  it("of 1,000 damaged kinds are read or refused, never made up", async function () {
    this.timeout(240_000);
    const conc = await importDamaged(importInferencePerf, await shortFilesOf("conc-0.6.1"), 500);
    const rate = await importDamaged(importInferencePerf, await shortFilesOf("rate-0.6.1"), 500, 501);
    ok(conc.read + rate.read > 300 && conc.refused + rate.refused > 100, JSON.stringify([conc, rate]));
  });

  it("of an early version, without rows, are converted to our units", async function () {
    if (real === undefined) this.skip();
    const run = await importInferencePerf(join(real, "inference-perf", "batch-size"));
    equal(run.stages.length, 7);
    const { plan, summary, reported } = run.stages[0]!;
    deepEqual([plan.name, summary.sent, summary.endMs], ["rate 1/s, random gaps", 60, 59_713.091_611_047_275]);
    equal(reported!.ttftMs.p99.value, 42.515_058_069_257_066);
    equal(reported!.e2eMs.p50.value, 482.423_796_493_094_4);
    equal(reported!.outputTokens.mean.value, 62.35);
    ok(Math.abs(reported!.windowSeconds! - 60.189_556) < 1e-5);
    // That version stamped every line, and says 3.5 ms where the answer took 450 ms for 62 tokens.
    match((reported!.tpotMs.mean as { reason: string }).reason, /too small/);
  });

  it("of its Prometheus tell queue and TTFT of each stage; its zeros and its means of counters are not known", async function () {
    if (real === undefined) this.skip();
    const { server } = await importInferencePerf(join(real, "inference-perf", "batch-size"));
    equal(server!.source, "inference-perf's Prometheus");
    const stage = server!.stages[3]!;
    deepEqual([stage.waiting.mean.value, stage.ttftSeconds!.value], [5, 0.129569]);
    match((stage.kvCacheUse.mean as { reason: string }).reason, /wrote 0, as it does where its query failed/);
    match((stage.preemptions as { reason: string }).reason, /since the engine's start/);
    equal(stage.queueSeconds.value, null);
    match(server!.remarks.join(), /0 is taken for not known/);
  });

  it("of its Prometheus that are damaged are as good as none, and lose no request", async () => {
    for (const text of ["", "{", "[]", '{"successes": null}', '{"successes": {"queue_len": {"mean": "5"}}}']) {
      await writeFile(join(folder, "stage_0_prometheus_metrics.json"), text);
      const { server, requests } = await importInferencePerf(folder);
      equal(server?.stages[0]?.waiting.mean.value ?? null, null, text);
      ok(requests!.length > 0);
    }
  });
});

async function shortFilesOf(name: string): Promise<Files> {
  const rows = "per_request_lifecycle_metrics.json";
  const files = await filesOf(join(data, name));
  const short = shortLifecycleRows(JSON.parse(String(files[rows])));
  return { ...files, [rows]: Buffer.from(JSON.stringify(short, null, 2)) };
}
