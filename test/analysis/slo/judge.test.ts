import assert from "node:assert/strict";
import fc from "fast-check";
import { ranked } from "../../../analysis/percentile.ts";
import { fewestForShare, fewestForUpperEnd, quantileRanks, shareInterval } from "../../../analysis/slo/bounds.ts";
import { judgeLatency, type LatencyContext, type LatencyTarget } from "../../../analysis/slo/judgeLatency.ts";
import { judgeRate } from "../../../analysis/slo/judgeRate.ts";
import { reportedMetrics } from "../reportedRun.ts";

const known: LatencyContext = { whenEmpty: "nothing", failureRate: 0, failuresUnknown: null };

function judge(values: readonly number[], change: Partial<LatencyTarget> = {}, context: Partial<LatencyContext> = {}) {
  const sorted = ranked(Float64Array.from(values).sort());
  const target = { metric: "ttftMs", percentile: "p50", limit: 100, ...change } as LatencyTarget;
  return judgeLatency(target, { values: sorted, requests: sorted.n }, { ...known, ...context });
}
const times = (n: number, value: number) => Array.from({ length: n }, () => value);

/** P(B <= k) by adding up, without a library; by the misses, since (1 - p) ** n would underflow. */
function binomialCdf(k: number, n: number, p: number): number {
  let term = p ** n;
  let more = 0;
  for (let misses = 0; misses < n - k; misses++) {
    more += term;
    term *= ((n - misses) / (misses + 1)) * ((1 - p) / p);
  }
  return 1 - more;
}

describe("bounds of a percentile and of a share", () => {
  it("need as many samples as published for an upper end: p50 6, p95 72, p99 368", () => {
    assert.deepEqual([0.5, 0.95, 0.99].map(fewestForUpperEnd), [6, 72, 368]);
    assert.equal(fewestForShare(0.01), 368);
  });

  it("are the ranks whose binomial tails are at most 2.5 % each, and no wider", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.constantFrom(0.5, 0.95, 0.99), (n, p) => {
        const { low, high } = quantileRanks(n, p);
        const tail = 0.025 + 1e-12;
        assert.ok(low === 0 || binomialCdf(low - 1, n, p) <= tail);
        assert.ok(binomialCdf(low, n, p) >= 0.025 - 1e-12);
        assert.ok(high === n + 1 || 1 - binomialCdf(high - 1, n, p) <= tail);
        assert.ok(1 - binomialCdf(high - 2, n, p) >= 0.025 - 1e-12);
        assert.equal(high > n, n < fewestForUpperEnd(p));
      }),
    );
  });

  it("of a share are those of Clopper and Pearson", () => {
    // 0 of 10: 1 - 0.025^(1/10). 1 of 10 and 5 of 10 as printed in tables.
    const round = ({ low, high }: { low: number; high: number }) => [low, high].map((x) => Number(x.toFixed(4)));
    assert.deepEqual(round(shareInterval(0, 10)), [0, 0.3085]);
    assert.deepEqual(round(shareInterval(1, 10)), [0.0025, 0.445]);
    assert.deepEqual(round(shareInterval(5, 10)), [0.1871, 0.8129]);
    assert.deepEqual(round(shareInterval(10, 10)), [0.6915, 1]);
  });
});

describe("a limit of a percentile", () => {
  it("passes when the interval is within it, fails when it is beyond, else says what crosses", () => {
    assert.deepEqual(judge(times(100, 90)), {
      ...{ measured: { value: 90 }, bound: { low: 90, high: 90 }, verdict: "pass", reason: null },
    });
    assert.equal(judge(times(100, 110)).verdict, "fail");
    const mixed = judge([...times(50, 80), ...times(50, 130)]);
    assert.equal(mixed.verdict, "unsure");
    assert.equal(mixed.reason, "95 % interval 80.0 to 130 ms, limit 100");
  });

  it("is not passed below the sample floor, whatever the values", () => {
    const { verdict, reason, measured, bound } = judge(times(400, 1), { percentile: "p99" });
    assert.deepEqual([verdict, reason], ["unsure", "n = 400, p99 needs 662"]);
    assert.deepEqual(measured, { value: null, reason: "n = 400, p99 needs 662" });
    assert.deepEqual(bound, { low: 1, high: 1 });
    assert.equal(judge(times(662, 1), { percentile: "p99" }).verdict, "pass");
  });

  it("may fail below it: some of fifty too slow refute a p99, one does not", () => {
    const p99 = { percentile: "p99" as const };
    assert.equal(judge([...times(49, 1), 999], p99).verdict, "unsure");
    assert.equal(judge([...times(45, 1), ...times(5, 999)], p99).verdict, "fail");
  });

  it("counts failed requests as endless, and says that the percentile is unbounded", () => {
    const failed = [...times(140, 10), ...times(20, Number.POSITIVE_INFINITY)];
    const p95 = judge(failed, { percentile: "p95" }, { failureRate: 0.125 });
    assert.equal(p95.verdict, "fail");
    assert.deepEqual(p95.measured, { value: null, reason: "unbounded (12.5 % failed)" });
    assert.equal(p95.bound, null);
    assert.equal(judge(failed, { percentile: "p50" }).verdict, "pass");
  });

  it("of good answers only can fail and never pass, where nobody knows which failed", () => {
    const context = { failuresUnknown: "only good answers were kept", failureRate: null };
    const unknown = (value: number) => judge(times(100, value), {}, context);
    assert.equal(unknown(110).verdict, "fail");
    assert.deepEqual([unknown(1).verdict, unknown(1).reason], ["unsure", "only good answers were kept"]);
    assert.equal(unknown(1).measured.value, null);
  });

  it("of nothing is unsure with the reason", () => {
    assert.deepEqual([judge([]).verdict, judge([]).reason], ["unsure", "nothing"]);
  });

  it("never turns from pass to fail when it is widened, and its bound encloses the order statistics it is made of", () => {
    const values = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 800 });
    const order = { fail: 0, unsure: 1, pass: 2 };
    fc.assert(
      fc.property(values, fc.constantFrom("p50", "p95", "p99"), fc.nat(300), fc.nat(50), (all, name, limit, more) => {
        const percentile = name as LatencyTarget["percentile"];
        const narrow = judge(all, { percentile, limit });
        const wide = judge(all, { percentile, limit: limit + more });
        assert.ok(order[narrow.verdict] <= order[wide.verdict]);
        const { bound, measured } = narrow;
        if (bound === null || measured.value === null) return;
        assert.ok(bound.low <= measured.value && measured.value <= bound.high);
      }),
      { numRuns: 300 },
    );
  });

  it("misses the truth in at most a twentieth of all samples, by simulation", () => {
    let passedWrongly = 0;
    let failedWrongly = 0;
    let state = 1;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    for (let trial = 0; trial < 2000; trial++) {
      const values = Array.from({ length: 200 }, random);
      // The true p95 is 0.95: a limit a hair below it is not met, one a hair above is.
      if (judge(values, { percentile: "p95", limit: 0.949_999 }).verdict === "pass") passedWrongly++;
      if (judge(values, { percentile: "p95", limit: 0.950_001 }).verdict === "fail") failedWrongly++;
    }
    assert.ok(passedWrongly / 2000 < 0.035 && failedWrongly / 2000 < 0.035, `${passedWrongly}, ${failedWrongly}`);
  });
});

describe("a limit of a rate", () => {
  const metrics = (failed: number, sent: number) => ({
    ...reportedMetrics({ sent, failureRate: { value: failed / sent } }, failed),
  });
  const errors = (limit: number, failed: number, sent: number) =>
    judgeRate({ metric: "failureRate", limit }, metrics(failed, sent));

  it("of failures is judged by the exact interval, and says how many requests would show it", () => {
    assert.equal(errors(0.01, 0, 1000).verdict, "pass");
    assert.equal(errors(0.01, 30, 1000).verdict, "fail");
    const few = errors(0.01, 0, 50);
    assert.equal(few.verdict, "unsure");
    assert.equal(
      few.reason,
      "0 of 50 failed, 95 % interval 0.0 to 7.1 %, limit 1.00 %; 368 without a failure would show it",
    );
  });

  it("of no failure at all holds until one is seen", () => {
    assert.equal(errors(0, 0, 5).verdict, "pass");
    assert.equal(errors(0, 1, 1000).verdict, "fail");
  });

  it("of throughput is decided by the point, since one run has no interval of it", () => {
    const stage = reportedMetrics({ outputTokensPerSecond: { value: 100 } });
    const at = (limit: number) => judgeRate({ metric: "outputTokensPerSecond", limit }, stage);
    assert.deepEqual([at(100).verdict, at(101).verdict, at(100).bound], ["pass", "fail", null]);
    const none = reportedMetrics({ requestsPerSecond: { value: null, reason: "no window" } });
    assert.equal(judgeRate({ metric: "requestsPerSecond", limit: 1 }, none).reason, "no window");
  });
});
