import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importVllmBenchmark } from "../../../analysis/import/vllmBenchmark/vllmBenchmark.ts";
import { outcomeOf } from "../../../analysis/import/vllmBenchmark/vllmBenchmarkOutcome.ts";
import { stageMetrics } from "../../../analysis/metrics.ts";
import type { Run } from "../../../analysis/run.ts";
import { stageRows } from "../../../analysis/stageRows.ts";
import { flags, outcomes } from "../../../harness/recordFormat.ts";
import { filesOf, importDamaged } from "./damage.ts";

const data = join(import.meta.dirname, "../../data/vllm-benchmark");
const real = process.env.LLMBENCH_TEST_DATA;

async function metricsOf(folder: string) {
  const results = await importVllmBenchmark(folder);
  const rows = stageRows(results as unknown as Run).map((stage) =>
    stage === undefined ? null : stageMetrics([stage]),
  );
  return { results, rows };
}

/** Both computed from the same requests, by two programs. */
function near(a: number | null | undefined, b: number | null | undefined, share: number, what: string): void {
  ok(a != null && b != null && Math.abs(a - b) <= share * Math.max(a, b), `${what}: ${a} and ${b}`);
}

describe("Importer of vllm bench serve", () => {
  it("reads a sweep: a stage per file, rows on one clock, and our figures are the tool's where definitions agree", async () => {
    const { results, rows } = await metricsOf(join(data, "sweep"));
    deepEqual(
      results.stages.map(({ plan }) => [plan.name, plan.load, plan.stop]),
      [
        ["concurrency 1", { type: "concurrency", concurrency: 1 }, { requests: 8 }],
        ["concurrency 4", { type: "concurrency", concurrency: 4 }, { requests: 16 }],
      ],
    );
    deepEqual(results.problems, []);
    equal(results.requests?.length, 24);
    match(results.startedAt as string, /^2026-11-22T13:0/);
    equal(results.harnessVersion, "0.32.0+cpu");
    ok((results.stages[1]?.summary.startMs as number) >= (results.stages[0]?.summary.drainedMs as number));
    results.stages.forEach(({ reported }, index) => {
      const ours = rows[index];
      for (const metric of ["ttftMs", "tpotMs"] as const)
        near(ours?.[metric].mean.value, reported?.[metric].mean.value, 0.02, metric);
      near(ours?.itlMs.mean.value, reported?.itlMs.mean.value, 0.02, "ITL");
      near(ours?.ttftMs.min.value, reported?.ttftMs.min.value, 1e-6, "smallest TTFT");
      near(ours?.e2eMs.mean.value, reported?.e2eMs.mean.value, 0.02, "E2E");
      near(ours?.outputTokens.mean.value, reported?.outputTokens.mean.value, 1e-9, "output tokens");
      near(ours?.inputTokens.mean.value, reported?.inputTokens.mean.value, 1e-9, "input tokens");
    });
  });

  it("knows each failure by its text, and a scheduled time where the file tells how long a request waited", async () => {
    const { results } = await metricsOf(join(data, "v0.32-rate-faults"));
    const [stage] = results.stages;
    equal(stage?.plan.name, "gamma (burstiness 2) 50/s, at most 6 in flight");
    const { ok: fine, http5xx, http429, cut } = stage!.summary.outcomes;
    deepEqual([fine, http5xx + http429 + cut, stage?.summary.sent], [15, 9, 24]);
    ok(http5xx > 0 && http429 > 0 && cut > 0);
    const { requests } = results;
    equal(results.startedAt, null, "local time of nobody knows where");
    const failed = [...requests!.outcome.keys()].filter((row) => outcomes[requests!.outcome[row]!] !== "ok");
    for (const row of failed) {
      ok(Number.isNaN(requests!.endMs[row]));
      deepEqual([requests!.promptTokens[row], requests!.outputTokens[row]], [-1, -1]);
    }
    ok([...requests!.scheduledMs].every((ms, row) => ms <= requests!.sentMs[row]!));
    equal(
      results.errors.reduce((sum, { count }) => sum + count, 0),
      9,
    );
    // Failed requests' prompts are not in the tool's total.
    const prompts = [...requests!.promptTokens].filter((tokens) => tokens >= 0);
    const mean = prompts.reduce((sum, tokens) => sum + tokens, 0) / prompts.length;
    deepEqual([prompts.length, stage?.reported?.inputTokens.mean.value], [15, mean]);
    ok(stage?.reported?.ttftMs.p25.value);
    match((stage!.reported!.ttftMs.p90 as { reason: string }).reason, /without 90/);
    ok(stage?.reported?.ttftMs.p50.value, "the median has a name of its own");
  });

  /** A file as the tool writes it, by hand: what a server under too much load would need a long run for. */
  async function byHand(told: Record<string, unknown>, use: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "llmbench-vllm-"));
    try {
      await writeFile(join(folder, "load.json"), JSON.stringify({ duration: 12, failed: 0, ...told }));
      await use(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  const waited = {
    ...{ completed: 4, num_prompts: 4, max_concurrency: 2, input_lens: [1, 1, 1, 1], output_lens: [2, 2, 2, 2] },
    ...{ start_times: [100, 100, 105, 105], ttfts: [1, 1, 1, 1], itls: [[4], [4], [4], [4]], errors: ["", "", "", ""] },
    ...{ latencies: [5, 5, 5, 5], queue_times: [0, 0, 5, 4] },
  };

  it("a closed loop has no intended times, whatever its requests waited for", async () => {
    await byHand({ ...waited, request_rate: "inf" }, async (folder) => {
      const { requests, stages } = await importVllmBenchmark(folder);
      deepEqual(requests!.scheduledMs, requests!.sentMs);
      deepEqual([...requests!.sentMs], [0, 0, 5000, 5000]);
      deepEqual(
        [stages[0]!.summary.startMs, stages[0]!.summary.endMs, stages[0]!.summary.drainedMs],
        [0, 5000, 10_000],
      );
      deepEqual([...requests!.flags], [flags.streamed, flags.streamed, flags.streamed, flags.streamed]);
    });
  });

  it("an open loop with a limit ends with its last intended send", async () => {
    await byHand({ ...waited, request_rate: 1 }, async (folder) => {
      const { requests, stages } = await importVllmBenchmark(folder);
      deepEqual([...requests!.scheduledMs], [0, 0, 0, 1000]);
      deepEqual(
        [stages[0]!.summary.startMs, stages[0]!.summary.endMs, stages[0]!.summary.drainedMs],
        [0, 1000, 10_000],
      );
    });
  });

  it("rows end in order, failures without an end last, and none of their tracebacks is kept whole", async () => {
    const traceback = `Traceback (most recent call last):\n${"  at a line\n".repeat(500)}TimeoutError: port `;
    const failing = { ...waited, completed: 2, failed: 2, ttfts: [0, 1, 0, 1], itls: [[], [4], [], [4]] };
    const errors = [`${traceback}${1}`, "", `${traceback}${2}${"x".repeat(900)}`, ""];
    await byHand({ ...failing, errors, request_rate: "inf" }, async (folder) => {
      const { requests, errors: causes } = await importVllmBenchmark(folder);
      deepEqual([...requests!.endMs], [5000, 10_000, Number.NaN, Number.NaN]);
      deepEqual([...requests!.request], [1, 3, 0, 2]);
      ok(causes.every(({ outcome, message }) => outcome === "timeout" && message.length <= 500));
    });
  });

  it("does not say of how many values TPOT and ITL are, which the file does not tell", async () => {
    const { results } = await metricsOf(join(data, "v0.14.0"));
    const { ttftMs, tpotMs, itlMs } = results.stages[0]!.reported!;
    deepEqual([ttftMs.n, tpotMs.n, itlMs.n], [6, null, null]);
    ok(tpotMs.mean.value! > 0);
  });

  it("takes the tool's own figures where there are no rows: without detail, and before start times", async () => {
    const without = (await metricsOf(join(data, "v0.26-no-detail-faults"))).results;
    equal(without.requests, null);
    deepEqual([without.stages[0]?.summary.sent, without.stages[0]?.summary.outcomes.ok], [24, 15]);
    near(without.stages[0]?.reported?.failureRate.value, 9 / 24, 1e-9, "failure rate");
    ok(without.remarks.some((remark) => remark.includes("no request rows")));
    const old = (await metricsOf(join(data, "v0.14.0"))).results;
    equal(old.requests, null);
    equal(old.stages[0]?.reported?.ttftMs.n, 6);
  });

  it("has no value where vllm writes 0 of nothing", async () => {
    const { results, rows } = await metricsOf(join(data, "v0.26-all-failed"));
    const reported = results.stages[0]!.reported!;
    for (const metric of ["ttftMs", "tpotMs", "itlMs", "e2eMs", "outputTokens"] as const)
      equal(reported[metric].mean.value, null, metric);
    equal(reported.outputTokensPerSecond.value, null);
    equal(reported.failureRate.value, 1);
    equal(rows[0]?.ttftMs.mean.value, null);
    equal(results.stages[0]?.summary.outcomes.http5xx, 4);
  });

  it("keeps what is whole of a sweep that was cut, and says what is not", async () => {
    const folder = await mkdtemp(join(tmpdir(), "llmbench-vllm-"));
    try {
      await cp(join(data, "sweep"), folder, { recursive: true });
      await truncate(join(folder, "load-1.json"), 3000);
      const { stages, problems, requests } = await importVllmBenchmark(folder);
      equal(stages.length, 2);
      equal(stages[1]?.reported?.sent, 16);
      equal(requests, null);
      match(problems.join(), /load-1\.json/);
      await rm(join(folder, "load-1.json"));
      const rest = await importVllmBenchmark(folder);
      match(rest.problems.join(), /1 of 2 loads left no file/);
      await rm(join(folder, "load-0.json"));
      await rejects(importVllmBenchmark(folder), /no result of `vllm bench serve` is there; see/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("does not crash on 1,000 damaged files, nor says 0 for what is missing", async function () {
    this.timeout(240_000);
    const files = {
      ...(await filesOf(join(data, "sweep"))),
      "x.json": await readFile(join(data, "v0.32-rate-faults/load.json")),
    };
    const { read, refused } = await importDamaged(importVllmBenchmark, files, 700);
    const one = await importDamaged(importVllmBenchmark, await filesOf(join(data, "v0.32-rate-faults")), 300, 5000);
    ok(read > 100 && one.read > 20 && one.refused > 50, JSON.stringify([read, refused, one]));
  });

  it("names outcomes", () => {
    const named = (text: string) => outcomeOf(text).outcome;
    equal(named("Too Many Requests"), "http429");
    equal(named("Bad Gateway"), "http5xx");
    equal(named("Not Found"), "http4xx");
    equal(named("Traceback (most recent call last):\n  x\nTimeoutError\n"), "timeout");
    equal(named("Traceback\naiohttp.client_exceptions.ClientConnectorError: Cannot connect to host a:1"), "connect");
    equal(named("Traceback\naiohttp.client_exceptions.ServerDisconnectedError: Server disconnected"), "cut");
    equal(named("Traceback\njson.decoder.JSONDecodeError: Expecting value"), "malformed");
    equal(named("something new"), "streamError");
  });

  (real === undefined ? it.skip : it)("agrees with a real vLLM's figures", async () => {
    const { results, rows } = await metricsOf(join(real as string, "vllm-benchmark"));
    deepEqual(
      results.stages.map(({ summary }) => summary.sent),
      [20, 80],
    );
    results.stages.forEach(({ reported }, index) => {
      near(rows[index]?.ttftMs.mean.value, reported?.ttftMs.mean.value, 0.001, "TTFT");
      near(rows[index]?.e2eMs.p50.value, reported?.e2eMs.p50.value, 0.02, "E2E");
      near(rows[index]?.itlMs.mean.value, reported?.itlMs.mean.value, 0.01, "ITL");
    });
  });
});
