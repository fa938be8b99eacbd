import assert from "node:assert/strict";
import { analyse } from "../../analysis/analyse.ts";
import { stackMetrics } from "../../run/metricOutputs.ts";
import { type Criteria, shippedCriteria } from "../../scenario/criteria.ts";
import { options, runsOf } from "../analysis/systems.ts";

const noLimits = { ttftMs: {}, tpotMs: {}, itlMs: {}, e2eMs: {} };
const noRates = { minRequestsPerSecond: null, minOutputTokensPerSecond: null, maxErrorRate: null };
const limited: Criteria = { ...shippedCriteria, slo: { ...noLimits, ...noRates, ttftMs: { p50: 100 } } };

describe("the metrics among a stack's outputs", () => {
  it("hold what a pipeline decides by: validity, the largest load within the objectives, goodput and cost there", async () => {
    const runs = await runsOf([{ name: "engine", repetitions: 1 }]);
    const decided = stackMetrics(analyse(runs, { ...options, criteria: limited }))?.decisions.engine;
    assert.ok(decided);
    assert.equal(decided.objectives?.largestLoadThatPasses, 4);
    assert.equal(decided.objectives?.smallestLoadThatFails, null);
    assert.ok(decided.objectives.goodRequestsPerSecond! > 0);
    // No price is known of a made-up engine: null, not 0.
    assert.equal(decided.objectives.usdPerMillionGoodOutputTokens, null);
    assert.match(decided.validity, /^(valid|suspect|invalid)$/);
    assert.equal(stackMetrics(analyse(runs, options))?.decisions.engine?.objectives, null);
  });

  it("hold one verdict per candidate, by the primary metric", async () => {
    const runs = await runsOf([{ name: "a" }, { name: "b", shape: { slowdown: 1.3 } }]);
    const verdicts = stackMetrics(analyse(runs, options))?.verdicts;
    assert.equal(verdicts?.b?.verdict, "worse");
    assert.equal(verdicts.b.metric, "outputTokensPerSecond");
    assert.deepEqual(Object.keys(verdicts), ["b"]);
  });
});
