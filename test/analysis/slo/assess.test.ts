import assert from "node:assert/strict";
import fc from "fast-check";
import { analyse } from "../../../analysis/analyse.ts";
import type { SystemAnalysis } from "../../../analysis/analysis.ts";
import type { RequestColumns, Run } from "../../../analysis/run.ts";
import { assessSlo } from "../../../analysis/slo/assess.ts";
import { goodRequestText } from "../../../analysis/slo/targets.ts";
import type { Load } from "../../../harness/plan.ts";
import { outcomes } from "../../../harness/recordFormat.ts";
import { type Criteria, type Slo, shippedCriteria } from "../../../scenario/criteria.ts";
import type { FakeRequest } from "../nativeFolder.ts";
import { reportedMetrics, reportedRun } from "../reportedRun.ts";
import { imported, options } from "../systems.ts";

const none: Slo = {
  ...{ ttftMs: {}, tpotMs: {}, itlMs: {}, e2eMs: {} },
  ...{ minRequestsPerSecond: null, minOutputTokensPerSecond: null, maxErrorRate: null },
};
const criteria = (slo: Partial<Slo>): Criteria => ({ ...shippedCriteria, slo: { ...none, ...slo } });
const one: Load = { type: "concurrency", concurrency: 1 };

async function judged(requests: readonly FakeRequest[], slo: Partial<Slo>, loads: readonly Load[] = [one]) {
  const run = await imported({ runId: "engine-0badcafe-r1", loads, windowMs: 1000, requests });
  const [system] = analyse([run], { ...options, criteria: criteria(slo) }).systems as [SystemAnalysis];
  return { system, slo: system.slo! };
}

/** Ten answers in a second: first token after `ttftMs`, three tokens 20 ms apart. */
const tenRequests = (ttftMs: (index: number) => number, change: (index: number) => Partial<FakeRequest> = () => ({})) =>
  Array.from({ length: 10 }, (_, i): FakeRequest => {
    return { stage: 0, sentMs: 100 * i, gapsMs: [ttftMs(i), 20, 20], promptTokens: 8, ...change(i) };
  });

describe("objectives of a system", () => {
  it("are not judged where none is set", async () => {
    const { system } = await judged(
      tenRequests(() => 10),
      {},
    );
    assert.equal(system.slo, null);
  });

  it("count good requests and their tokens in the same window as throughput", async () => {
    // Two of ten have a first token after 50 ms instead of 10.
    const { slo, system } = await judged(
      tenRequests((i) => (i < 2 ? 50 : 10)),
      { ttftMs: { p50: 30 } },
    );
    const [stage] = slo.stages;
    assert.deepEqual(stage!.goodShare, { value: 0.8 });
    assert.deepEqual(stage!.goodRequestsPerSecond, { value: 8 });
    assert.deepEqual(stage!.goodOutputTokensPerSecond, { value: 24 });
    assert.deepEqual(system.stages[0]!.pooled.requestsPerSecond, { value: 10 });
    assert.equal(slo.goodRequest, "TTFT ≤ 30.0 ms");
  });

  it("take the limit of the highest percentile for one request, and ITL by its mean gap", () => {
    const slo = { ...none, ttftMs: { p50: 100, p99: 500 }, tpotMs: { p95: 50 }, itlMs: { p50: 40 } };
    assert.equal(goodRequestText(slo), "TTFT ≤ 500 ms and TPOT ≤ 40.0 ms (ITL is judged by the mean gap)");
    assert.equal(goodRequestText({ ...none, maxErrorRate: 0 }), "an answer without an error");
  });

  it("take no cancelled request for a failed one, and no failed one for a good one", async () => {
    const ends = ["cancelled", "http5xx"] as const;
    const requests = tenRequests(
      () => 10,
      (i) => (ends[i] === undefined ? {} : { outcome: ends[i] }),
    );
    const { slo } = await judged(requests, { e2eMs: { p50: 1000 }, maxErrorRate: 0 });
    assert.deepEqual(slo.stages[0]!.goodShare, { value: 8 / 9 });
    assert.deepEqual(slo.stages[0]!.results[1]!.measured, { value: 1 / 9 });
    assert.equal(slo.stages[0]!.verdict, "fail");
  });

  it("say why nothing is good where answers were not streamed", async () => {
    const whole = { gapsMs: [], streamed: false, tailMs: 90, outputTokens: 3 };
    const { slo } = await judged(
      tenRequests(
        () => 10,
        () => whole,
      ),
      { ttftMs: { p50: 100 } },
    );
    const [stage] = slo.stages;
    assert.equal(stage!.results[0]!.reason, "answers were not streamed");
    assert.match(
      String("reason" in stage!.goodShare && stage!.goodShare.reason),
      /^10 of 10 answers were not streamed/,
    );
    const byEnd = await judged(
      tenRequests(
        () => 10,
        () => whole,
      ),
      { e2eMs: { p50: 100 } },
    );
    assert.deepEqual(byEnd.slo.stages[0]!.goodShare, { value: 1 });
  });

  it("give a stage of failures only a goodput of 0 and a failed verdict", async () => {
    const { slo } = await judged(
      tenRequests(
        () => 10,
        () => ({ outcome: "timeout" }),
      ),
      { ttftMs: { p50: 100 } },
    );
    const [stage] = slo.stages;
    assert.deepEqual([stage!.verdict, stage!.goodShare], ["fail", { value: 0 }]);
    assert.deepEqual(stage!.goodRequestsPerSecond, { value: 0 });
    assert.deepEqual(slo.largestLoad, { kind: "below", loadType: "concurrency", fails: 1 });
  });

  it("weigh a failed request in ITL as in the other latencies", async () => {
    const requests = tenRequests(
      () => 10,
      (i) => (i < 6 ? { outcome: "cut" } : {}),
    );
    const { slo } = await judged(requests, { itlMs: { p50: 1000 }, ttftMs: { p50: 1000 } });
    // Six of ten failed: the median is endless for both. Ten requests refute no median yet (rank 2 of 10 is finite).
    assert.deepEqual(
      slo.stages[0]!.results.map(({ verdict }) => verdict),
      ["unsure", "unsure"],
    );
    const all = await judged(
      tenRequests(
        () => 10,
        (i) => (i < 9 ? { outcome: "cut" } : {}),
      ),
      {
        ...{ itlMs: { p50: 1000 }, ttftMs: { p50: 1000 } },
      },
    );
    assert.deepEqual(
      all.slo.stages[0]!.results.map(({ verdict }) => verdict),
      ["fail", "fail"],
    );
  });

  it("are judged by the harness's own percentiles where it left no rows, and say so", () => {
    const slo = criteria({ ttftMs: { p50: 45 }, tpotMs: { p99: 12 }, itlMs: { p95: 20 } });
    const runs = [reportedRun({}, [reportedMetrics(), reportedMetrics({}, 2)])];
    const { systems } = analyse(runs, { ...options, criteria: slo });
    const assessed = systems[0]!.slo!;
    const [first, second] = assessed.stages;
    assert.deepEqual(
      first!.results.map(({ verdict, bound, reason }) => [verdict, bound, reason]),
      [
        ["pass", null, null],
        ["unsure", null, "n = 20, p99 needs 662"],
        ["unsure", null, "othertool did not report it"],
      ],
    );
    assert.deepEqual(first!.results[0]!.measured, { value: 40 });
    // Of good answers only, and two failed: what is below the limit proves nothing.
    assert.equal(second!.results[0]!.verdict, "unsure");
    assert.equal(first!.goodShare.value, null);
    assert.equal(assessed.notes?.length, 1);
  });

  it("never find more goodput than throughput, nor more good requests under a tighter limit", async () => {
    const request = fc.record({
      sentMs: fc.integer({ min: 0, max: 999 }),
      gapsMs: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 5 }),
      outcome: fc.constantFrom("ok" as const, "ok" as const, "cut" as const, "cancelled" as const),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 1, max: 500 }),
        async (all, limit) => {
          const requests = all.map((each) => ({ ...each, stage: 0, promptTokens: 4 }));
          const wide = await judged(requests, { ttftMs: { p50: limit }, e2eMs: { p95: 2 * limit } });
          const tight = await judged(requests, { ttftMs: { p50: limit / 2 }, e2eMs: { p95: limit } });
          const throughput = wide.system.stages[0]!.pooled.requestsPerSecond.value ?? 0;
          const [goodWide, goodTight] = [wide, tight].map(({ slo }) => slo.stages[0]!.goodRequestsPerSecond.value ?? 0);
          assert.ok(goodTight! <= goodWide! + 1e-9 && goodWide! <= throughput + 1e-9);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("judge a million requests over twenty stages", () => {
    const run = manyRequests(1_000_000);
    const [system] = analyse([run], options).systems as [SystemAnalysis];
    const slo = {
      ...none,
      ttftMs: { p50: 50, p95: 99, p99: 120 },
      tpotMs: { p99: 9 },
      e2eMs: { p95: 500 },
      maxErrorRate: 0.1,
    };
    const assessed = assessSlo([run], system.stages, slo)!;
    assert.equal(assessed.stages.length, 20);
  });
});

/** Rows in memory, without files: TTFT 0..100 ms, every hundredth request failed. */
function manyRequests(n: number): Run {
  const stages = Array.from({ length: 20 }, () => reportedMetrics());
  const times = (of: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => of(i));
  const start = (i: number) => 10_000 * (i % 20) + (i / n) * 9000;
  const ttft = (i: number) => (i * 7919) % 100;
  const columns: RequestColumns = {
    length: n,
    request: Uint32Array.from({ length: n }, (_, i) => i),
    stage: Uint16Array.from({ length: n }, (_, i) => i % 20),
    outcome: Uint8Array.from({ length: n }, (_, i) => outcomes.indexOf(i % 100 === 0 ? "http5xx" : "ok")),
    flags: new Uint8Array(n).fill(255),
    scheduledMs: times(start),
    sentMs: times(start),
    firstTokenMs: times((i) => start(i) + ttft(i)),
    lastTokenMs: times((i) => start(i) + ttft(i) + 200),
    endMs: times((i) => start(i) + ttft(i) + 201),
    promptTokensAsked: new Int32Array(n).fill(10),
    outputTokensAsked: new Int32Array(n).fill(30),
    promptTokens: new Int32Array(n).fill(10),
    outputTokens: new Int32Array(n).fill(30),
    cachedTokens: new Int32Array(n).fill(0),
    events: new Uint32Array(n).fill(30),
    status: new Uint16Array(n).fill(200),
    finishReason: new Uint8Array(n),
  };
  return reportedRun({ requests: columns }, stages);
}
