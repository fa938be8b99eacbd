import assert from "node:assert/strict";
import fc from "fast-check";
import type { Measured, StageMetrics } from "../../analysis/analysis.ts";
import { stageMetrics } from "../../analysis/metrics.ts";
import { stageRows } from "../../analysis/stageRows.ts";
import type { Load } from "../../harness/plan.ts";
import { outcomes } from "../../harness/recordFormat.ts";
import type { FakeRequest } from "./nativeFolder.ts";
import { imported } from "./systems.ts";

const closed: Load = { type: "concurrency", concurrency: 2 };
const open: Load = { type: "poisson", requestsPerSecond: 5 };

async function metricsOf(requests: FakeRequest[], load: Load = closed, windowMs = 1000): Promise<StageMetrics> {
  const run = await imported({ loads: [load], windowMs, requests });
  return stageMetrics([stageRows(run)[0]!]);
}

/** Enough equal requests that a median is printed. */
const twelve = (request: Omit<FakeRequest, "stage" | "sentMs">, sentMs = 0): FakeRequest[] =>
  Array.from({ length: 12 }, () => ({ stage: 0, sentMs, ...request }));

function close(measured: Measured, expected: number): void {
  assert.ok(measured.value !== null, `expected ${expected}, got: ${measured.value === null ? measured.reason : ""}`);
  assert.ok(Math.abs(measured.value - expected) < 1e-9 * Math.max(1, expected), `${measured.value} is not ${expected}`);
}

describe("metrics of a stage", () => {
  it("are what one works out by hand for one request", async () => {
    // Sent at 100, tokens at 150, 160, 175, 195, body ends at 200: n = 4.
    const metrics = await metricsOf([
      { stage: 0, sentMs: 100, gapsMs: [50, 10, 15, 20], tailMs: 5, promptTokens: 40, cachedTokens: 16 },
    ]);
    close(metrics.ttftMs.mean, 50);
    close(metrics.tpotMs.mean, 45 / 3);
    close(metrics.e2eMs.mean, 100);
    close(metrics.ntpotMs.mean, 25);
    close(metrics.generationMs.mean, 50);
    close(metrics.requestTokenRate.mean, 40);
    close(metrics.inputTokens.mean, 40);
    close(metrics.outputTokens.mean, 4);
    close(metrics.cachedShare, 0.4);
    close(metrics.failureRate, 0);
    close(metrics.outputTokensPerSecond, 4);
    close(metrics.requestsPerSecond, 1);
    close(metrics.inputTokensPerSecond, 40);
    close(metrics.totalTokensPerSecond, 44);
    assert.equal(metrics.windowSeconds, 1);
    assert.equal(metrics.itlMs.n, 3);
    assert.ok(Math.abs(metrics.itlMs.mean.value! - 15) < 0.015);
    assert.deepEqual(metrics.ttftMs.p50, { value: null, reason: "n = 1, p50 needs 11" });
    assert.deepEqual(metrics.client, { cpu: 0.25, eventLoopLagP99Ms: 1.5, dispatchLagP99Ms: null });
  });

  it("measure from the intended time in an open loop, so that a stalled client hides nothing", async () => {
    const late: FakeRequest = { stage: 0, scheduledMs: 100, sentMs: 400, gapsMs: [50, 50] };
    const opened = await metricsOf([late], open);
    close(opened.ttftMs.mean, 350);
    close(opened.e2eMs.mean, 400);
    close(opened.tpotMs.mean, 50);
    const closedLoop = await metricsOf([late]);
    close(closedLoop.ttftMs.mean, 50);
    close(closedLoop.e2eMs.mean, 100);
  });

  it("have no TPOT for an answer of one token, and say so", async () => {
    const metrics = await metricsOf(twelve({ gapsMs: [50] }));
    assert.deepEqual(metrics.tpotMs.p50, { value: null, reason: "every answer had one token" });
    assert.deepEqual(metrics.itlMs.p50, { value: null, reason: "no answer had two token events" });
    close(metrics.ntpotMs.p50, 50);
    close(metrics.generationMs.p50, 0);
    const mixed = await metricsOf([...twelve({ gapsMs: [50] }), { stage: 0, sentMs: 0, gapsMs: [50, 10] }]);
    assert.equal(mixed.tpotMs.n, 1);
    close(mixed.tpotMs.mean, 10);
  });

  it("have no first token without streaming, and say so", async () => {
    const metrics = await metricsOf(twelve({ gapsMs: [300], streamed: false, outputTokens: 30 }));
    for (const summary of [metrics.ttftMs, metrics.tpotMs, metrics.generationMs, metrics.adjustedTtftMs]) {
      assert.deepEqual(summary.p50, { value: null, reason: "answers were not streamed" });
    }
    close(metrics.e2eMs.p50, 300);
    close(metrics.ntpotMs.p50, 10);
  });

  it("count tokens by usage, not by events", async () => {
    const metrics = await metricsOf(twelve({ gapsMs: [50, 30], outputTokens: 7 }));
    close(metrics.tpotMs.p50, 5);
    close(metrics.outputTokens.p50, 7);
  });

  it("say that input tokens are unknown without usage, never 0", async () => {
    const metrics = await metricsOf([
      ...twelve({ gapsMs: [50, 30], promptTokens: 10 }),
      { stage: 0, sentMs: 0, gapsMs: [50, 30] },
    ]);
    const reason = "the server reported no usage for 1 of 13 answers";
    assert.deepEqual(metrics.inputTokensPerSecond, { value: null, reason });
    assert.deepEqual(metrics.totalTokensPerSecond, { value: null, reason });
    assert.deepEqual(metrics.cachedShare, { value: null, reason: "the server reported no cached tokens" });
    close(metrics.inputTokens.mean, 10);
    assert.notEqual(metrics.outputTokensPerSecond.value, null);
  });

  it("leave failures out of success-only latencies and make them infinite in the adjusted ones", async () => {
    const good = twelve({ gapsMs: [50, 30] });
    const bad: FakeRequest[] = [
      { stage: 0, sentMs: 0, outcome: "timeout" },
      { stage: 0, sentMs: 0, outcome: "http5xx", status: 500 },
      { stage: 0, sentMs: 0, outcome: "cut", gapsMs: [10, 1000] },
      { stage: 0, sentMs: 0, outcome: "cancelled", gapsMs: [10, 1000] },
    ];
    const metrics = await metricsOf([...good, ...bad]);
    assert.equal(metrics.sent, 16);
    close(metrics.failureRate, 3 / 15);
    assert.equal(metrics.ttftMs.n, 12);
    close(metrics.ttftMs.max, 50);
    assert.equal(metrics.adjustedTtftMs.n, 15);
    close(metrics.adjustedTtftMs.p50, 50);
    assert.deepEqual(metrics.adjustedTtftMs.max, { value: null, reason: "unbounded (20.0 % failed)" });
    assert.deepEqual(metrics.adjustedE2eMs.mean, { value: null, reason: "unbounded (20.0 % failed)" });
    assert.equal(metrics.itlMs.n, 12);
  });

  it("make no number of a stage in which nothing succeeded", async () => {
    const metrics = await metricsOf([
      { stage: 0, sentMs: 0, outcome: "connect" },
      { stage: 0, sentMs: 0, outcome: "connect" },
    ]);
    close(metrics.failureRate, 1);
    const nothing = { value: null, reason: "no successful request" };
    assert.deepEqual(metrics.outputTokensPerSecond, nothing);
    assert.deepEqual(metrics.ttftMs.p50, nothing);
    assert.deepEqual(metrics.itlMs.p50, nothing);
    assert.deepEqual(metrics.cachedShare, nothing);
    assert.deepEqual(metrics.adjustedTtftMs.min, { value: null, reason: "unbounded (100.0 % failed)" });
  });

  it("say why there is no throughput where all requests left at once", async () => {
    const metrics = await metricsOf(twelve({ gapsMs: [50, 30] }), closed, 0);
    assert.match(
      (metrics.outputTokensPerSecond as { reason: string }).reason,
      /sent at once, so there is no window: ask for more/,
    );
  });

  it("pool repetitions by requests and windows, not by averages", async () => {
    // One repetition with 12 requests of 10 ms, one with 24 of 40 ms: the pooled median is 40, the mean 30; tokens 24 + 48 in 2 s.
    const first = await imported({ loads: [closed], windowMs: 1000, requests: twelve({ gapsMs: [10, 1] }) });
    const second = await imported({
      ...{ loads: [closed], windowMs: 1000 },
      requests: [...twelve({ gapsMs: [40, 1] }), ...twelve({ gapsMs: [40, 1] }, 100)],
    });
    const pooled = stageMetrics([stageRows(first)[0]!, stageRows(second)[0]!]);
    close(pooled.ttftMs.p50, 40);
    close(pooled.ttftMs.mean, 30);
    close(pooled.outputTokensPerSecond, 36);
    assert.equal(pooled.itlMs.n, 36);
    assert.equal(pooled.windowSeconds, 2);
  });

  it("always have outcomes that add up to the requests sent", async () => {
    const request = fc.record({ outcome: fc.constantFrom(...outcomes), sentMs: fc.integer({ min: 0, max: 999 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (list) => {
        const requests = list.map(({ outcome, sentMs }) => ({
          stage: 0,
          outcome,
          sentMs,
          gapsMs: outcome === "ok" ? [1, 1] : [],
        }));
        const metrics = await metricsOf(requests);
        const sum = outcomes.reduce((total, name) => total + metrics.outcomes[name], 0);
        assert.equal(metrics.sent, list.length);
        assert.equal(sum, list.length);
        const judged = list.filter(({ outcome }) => outcome !== "cancelled");
        if (judged.length === 0)
          assert.deepEqual(metrics.failureRate, { value: null, reason: "every request was cancelled" });
        else close(metrics.failureRate, judged.filter(({ outcome }) => outcome !== "ok").length / judged.length);
        assert.equal(metrics.adjustedE2eMs.n, judged.length);
      }),
      { numRuns: 30 },
    );
  });
});
