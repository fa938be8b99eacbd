import assert from "node:assert/strict";
import { largestLoad } from "../../../analysis/slo/largestLoad.ts";
import type { SloResult, SloTarget, SloVerdict } from "../../../analysis/slo/sloAssessment.ts";

const latency: SloTarget = { metric: "ttftMs", percentile: "p95", limit: 100 };
const rate: SloTarget = { metric: "requestsPerSecond", limit: 10 };

function stage(load: number, verdicts: readonly SloVerdict[], loadType = "concurrency") {
  const results = verdicts.map(
    (verdict): SloResult => ({
      ...{ measured: { value: 1 }, bound: null, verdict, reason: verdict === "unsure" ? "n = 5, p95 needs 130" : null },
    }),
  );
  const none = { value: null, reason: "" } as const;
  const verdict: SloVerdict = verdicts.includes("fail") ? "fail" : verdicts.includes("unsure") ? "unsure" : "pass";
  return {
    ...{ load, verdict, results, goodShare: none, goodRequestsPerSecond: none, goodOutputTokensPerSecond: none },
    loadType: loadType as "concurrency",
  };
}
const of = (...verdicts: SloVerdict[]) =>
  largestLoad(
    [latency],
    verdicts.map((verdict, i) => stage(2 ** i, [verdict])),
  );
const type = { loadType: "concurrency" };

describe("the largest load within the objectives", () => {
  it("lies between the last load that passes and the first that fails, and nowhere beyond what was measured", () => {
    assert.deepEqual(of("pass", "pass", "fail"), { kind: "between", ...type, passes: 2, fails: 4 });
    assert.deepEqual(of("pass", "pass"), { kind: "atLeast", ...type, passes: 2 });
    assert.deepEqual(of("fail", "fail"), { kind: "below", ...type, fails: 1 });
  });

  it("widens by loads that are not decided", () => {
    assert.deepEqual(of("pass", "unsure", "fail"), { kind: "between", ...type, passes: 1, fails: 4 });
    assert.deepEqual(of("pass", "unsure"), { kind: "atLeast", ...type, passes: 1, undecided: [2] });
    assert.deepEqual(of("unsure", "fail"), { kind: "below", ...type, fails: 2, undecided: [1] });
    assert.deepEqual(of("unsure", "pass", "fail"), { kind: "between", ...type, passes: 2, fails: 4 });
    assert.deepEqual(of("unsure"), { kind: "unknown", reason: "no load is decided: n = 5, p95 needs 130" });
  });

  it("is that of the first crossing where a larger load passes again", () => {
    assert.deepEqual(of("pass", "fail", "pass"), { kind: "between", ...type, passes: 1, fails: 2 });
    assert.deepEqual(of("fail", "pass"), { kind: "below", ...type, fails: 1 });
  });

  it("does not depend on the order of the stages, and a load that comes twice is as good as its worse stage", () => {
    const stages = [stage(4, ["fail"]), stage(2, ["pass"]), stage(1, ["pass"]), stage(2, ["unsure"])];
    assert.deepEqual(largestLoad([latency], stages), { kind: "between", ...type, passes: 1, fails: 4 });
  });

  it("takes small loads that only miss the least throughput for too small, not for failed", () => {
    const targets = [latency, rate];
    const both = (...verdicts: [SloVerdict, SloVerdict][]) =>
      largestLoad(
        targets,
        verdicts.map((pair, i) => stage(2 ** i, pair)),
      );
    assert.deepEqual(both(["pass", "fail"], ["pass", "pass"], ["fail", "pass"]), {
      ...{ kind: "between", ...type, passes: 2, fails: 4 },
    });
    assert.deepEqual(both(["pass", "fail"], ["fail", "fail"]), { kind: "below", ...type, fails: 2, undecided: [1] });
    assert.equal(both(["pass", "fail"], ["pass", "fail"]).kind, "unknown");
    // Beyond the first load that gives enough, too little is a failure.
    assert.deepEqual(both(["pass", "pass"], ["pass", "fail"]), { kind: "between", ...type, passes: 1, fails: 2 });
  });

  it("is not known where nothing ran, or loads are of several kinds", () => {
    assert.equal(largestLoad([latency], []).kind, "unknown");
    assert.equal(largestLoad([latency], [stage(1, ["pass"]), stage(2, ["pass"], "poisson")]).kind, "unknown");
  });
});
