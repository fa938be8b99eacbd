import assert from "node:assert/strict";
import fc from "fast-check";
import type { ComparisonRow, SystemAnalysis } from "../../../analysis/analysis.ts";
import { failureCheck, riseOf } from "../../../analysis/gate/failures.ts";
import { metricChecks } from "../../../analysis/gate/metrics.ts";
import { objectiveChecks } from "../../../analysis/gate/objectives.ts";
import { pairSystems } from "../../../analysis/gate/pairs.ts";
import { repetitionsToDecide } from "../../../analysis/gate/repetitions.ts";
import type { SloTarget, SloVerdict } from "../../../analysis/slo/sloAssessment.ts";
import { objectiveText } from "../../../analysis/write/objectives.ts";
import { system } from "../figures/fixture.ts";

const unknown = { value: null, reason: "not of interest here" };

function row(more: Partial<ComparisonRow> = {}): ComparisonRow {
  return {
    candidate: "new",
    metric: "outputTokensPerSecond",
    load: null,
    ratio: { value: 1 },
    interval: { low: 0.98, high: 1.02 },
    repetitions: [5, 5],
    verdict: "same",
    margin: 0.05,
    smallestDetectable: { value: 0.02 },
    p: unknown,
    mannWhitneyP: unknown,
    reason: "",
    ...more,
  };
}

const primaryOf = (more: Partial<ComparisonRow>) =>
  metricChecks([row(more)], more.metric ?? "outputTokensPerSecond", "concurrency")[0]!;

describe("the metrics of a gate", () => {
  it("an interval that reaches from the same to better is in order, though a comparison calls it inconclusive", () => {
    const check = primaryOf({ ratio: { value: 1.04 }, interval: { low: 0.97, high: 1.12 }, verdict: "inconclusive" });
    assert.deepEqual([check.kind, check.outcome], ["primary", "pass"]);
    assert.match(check.text, /\+4\.0 % \(95 % interval -3\.0 to \+12\.0 %, margin 5 %, 5 .*not worse by more/);
  });

  it("one that reaches from the same to worse is open, for latencies too", () => {
    const wide = { interval: { low: 0.9, high: 1.2 }, verdict: "inconclusive" } as const;
    assert.equal(primaryOf(wide).outcome, "undecided");
    assert.equal(primaryOf({ ...wide, metric: "ttftP50Ms" }).outcome, "undecided");
    assert.equal(primaryOf({ ...wide, metric: "ttftP50Ms", interval: { low: 0.7, high: 1.04 } }).outcome, "pass");
  });

  it("a primary metric that nobody knows is no metric to wait for", () => {
    const reason = "no load in common with baseline";
    const check = primaryOf({ ratio: { value: null, reason }, interval: null, verdict: "inconclusive" });
    assert.equal(check.outcome, "error");
    assert.match(check.text, /no load in common/);
    assert.equal(metricChecks([], "outputTokensPerSecond", "concurrency")[0]!.outcome, "error");
  });

  it("the others only warn, and name the loads at which they are worse", () => {
    const slower = {
      metric: "ttftP95Ms",
      ratio: { value: 1.3 },
      interval: { low: 1.2, high: 1.4 },
      verdict: "worse",
    } as const;
    const rows = [row(), row(slower), row({ ...slower, load: 32 }), row({ load: 8, verdict: "worse" })];
    const [primary, second] = metricChecks(rows, "outputTokensPerSecond", "concurrency");
    assert.deepEqual([primary!.outcome, second!.kind, second!.outcome], ["pass", "secondary", "warning"]);
    assert.match(primary!.text, /same; worse at concurrency 8$/);
    assert.match(second!.text, /^TTFT p95 \+30\.0 %.*worse, alone too at concurrency 32$/);
  });

  it("estimates more repetitions than there are, and more of them the nearer the edge", () => {
    assert.equal(repetitionsToDecide(row({ interval: null, repetitions: [1, 1] })), 5);
    assert.equal(repetitionsToDecide(row({ ratio: { value: 1 / 1.05 }, interval: { low: 0.9, high: 1.0 } })), null);
    fc.assert(
      fc.property(
        fc.double({ min: 0.96, max: 1, noNaN: true }),
        fc.double({ min: 1.01, max: 1.2, noNaN: true }),
        (ratio, factor) => {
          const at = (value: number) =>
            repetitionsToDecide(row({ ratio: { value }, interval: { low: value / factor, high: value * factor } })) ??
            101;
          assert.ok(at(ratio) >= 6);
          assert.ok(at(ratio) >= at(1.001));
        },
      ),
    );
  });
});

const target: SloTarget = { metric: "ttftMs", percentile: "p95", limit: 500 };

/** A system with two loads and one objective. */
function judged(verdicts: readonly SloVerdict[]): SystemAnalysis {
  const made = system({ loads: verdicts.map((_, i) => 2 ** i) });
  const rate = { goodShare: unknown, goodRequestsPerSecond: unknown, goodOutputTokensPerSecond: unknown };
  const stages = verdicts.map((verdict, i) => {
    const results = [{ measured: { value: 600 + i }, bound: null, verdict, reason: null }];
    return { load: 2 ** i, verdict, results, ...rate };
  });
  const largestLoad = { kind: "unknown", reason: "made up" } as const;
  return { ...made, slo: { targets: [target], stages, largestLoad, goodRequest: "" } };
}

describe("the objectives of a gate", () => {
  const outcome = (before: readonly SloVerdict[], now: readonly SloVerdict[]) =>
    objectiveChecks(judged(before), judged(now)).map((check) => [check.outcome, check.text]);

  it("one that was met and is missed is a regression, with the loads and what was measured", () =>
    assert.deepEqual(outcome(["pass", "pass"], ["pass", "fail"]), [
      ["fail", "TTFT p95 ≤ 500 ms was met before and is missed now at concurrency 2 (measured 601)"],
    ]));

  it("one that was missed before is none", () =>
    assert.deepEqual(outcome(["pass", "fail"], ["pass", "fail"]), [
      ["pass", "TTFT p95 ≤ 500 ms is missed at concurrency 2, as before"],
    ]));

  it("what cannot be told on one side is a warning", () => {
    assert.equal(outcome(["pass"], ["unsure"])[0]![0], "warning");
    assert.equal(outcome(["unsure"], ["fail"])[0]![0], "warning");
    assert.equal(outcome(["pass"], ["pass", "fail"])[0]![0], "warning");
  });

  it("are named with their unit", () => {
    assert.equal(objectiveText({ metric: "failureRate", limit: 0.005 }), "Failed requests ≤ 0.5 %");
    assert.equal(objectiveText({ metric: "requestsPerSecond", limit: 3 }), "Requests/s ≥ 3.00");
  });
});

describe("the failures of a gate", () => {
  const failing = (share: number, requests = 1000): SystemAnalysis => {
    const made = system({ loads: [4] });
    const [stage] = made.stages;
    const outcomes = { ...stage!.pooled.outcomes, cancelled: 0 };
    const pooled = { ...stage!.pooled, sent: requests, outcomes, failureRate: { value: share } };
    return { ...made, stages: [{ ...stage!, pooled }] };
  };

  it("more of them than before are a regression; a rise that may be chance is a warning", () => {
    assert.equal(failureCheck(failing(0), failing(0.05))[0]!.outcome, "fail");
    assert.equal(failureCheck(failing(0, 50), failing(0.04, 50))[0]!.outcome, "warning");
    assert.equal(failureCheck(failing(0.05), failing(0.05))[0]!.outcome, "pass");
    assert.equal(failureCheck(failing(0.05), failing(0))[0]!.outcome, "pass");
    assert.match(
      failureCheck(failing(0), failing(0.05))[0]!.text,
      /^0\.0 % -> 5\.0 % of requests failed at concurrency 4$/,
    );
  });

  it("agrees with Newcombe's worked example (56 of 70 against 48 of 80: 0.0524 to 0.3339)", () => {
    const { difference, low } = riseOf({ failed: 48, of: 80 }, { failed: 56, of: 70 });
    assert.ok(Math.abs(difference - 0.2) < 1e-12);
    assert.ok(Math.abs(low - 0.0524) < 5e-5, `${low}`);
  });
});

describe("the systems of a gate", () => {
  const named = (...names: string[]) => names.map((name) => ({ ...system({ loads: [1] }), name }));

  it("are paired by name, and a lone pair whatever the names", () => {
    const pairs = pairSystems(named("a", "gone"), named("a", "fresh"));
    assert.deepEqual(
      pairs.map(({ name, base, mine }) => [name, base?.name, mine?.name]),
      [
        ["a", "a", "a"],
        ["fresh", undefined, "fresh"],
        ["gone", "gone", undefined],
      ],
    );
    assert.deepEqual(
      pairSystems(named("old"), named("new")).map(({ name, base }) => [name, base?.name]),
      [["new", "old"]],
    );
  });
});
