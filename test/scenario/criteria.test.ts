import assert from "node:assert/strict";
import { plannedRuns } from "../../run/plannedRun.ts";
import { rawFromPulumi } from "../../scenario/config.ts";
import { shippedCriteria } from "../../scenario/criteria.ts";
import { parseScenario } from "../../scenario/parse.ts";
import { scenarioOf } from "../manifests/stacks.ts";

const local = { platform: "local", gpu: "h100-80", model: "llama-8b" };
const price = { usdPerGpuHour: 2, source: "invoice", asOf: "2026-11-01" };

describe("what a scenario is judged by", () => {
  it("is what is shipped where the stack file says nothing", () => {
    assert.deepEqual(scenarioOf(local).criteria, shippedCriteria);
  });

  it("takes objectives, margins and money from the stack file and fills in the rest", () => {
    const { criteria } = scenarioOf({
      ...local,
      slo: { ttftMs: { p50: 100, p99: 100 }, maxErrorRate: 0.01 },
      comparison: { margins: { ttftP50Ms: 0.2 } },
      cost: { requestsPerSecond: 40 },
      prices: { "h100-80": price },
    });
    assert.deepEqual(criteria, {
      slo: {
        ...{ ttftMs: { p50: 100, p99: 100 }, tpotMs: {}, itlMs: {}, e2eMs: {} },
        ...{ minRequestsPerSecond: null, minOutputTokensPerSecond: null, maxErrorRate: 0.01 },
      },
      comparison: { primary: "outputTokensPerSecond", margins: { ttftP50Ms: 0.2 } },
      cost: { extraUsdPerHour: 0, requestsPerSecond: 40, pue: 1, prices: { "h100-80": price } },
    });
  });

  it("is the same when it comes through Pulumi, as text", () => {
    const slo = { tpotMs: { p95: 25.5 }, maxErrorRate: 0 };
    const cost = { pue: 1.3, extraUsdPerHour: 0.5 };
    const values = { ...local, slo: JSON.stringify(slo), cost: JSON.stringify(cost), comparison: "{}" };
    const texts = Object.fromEntries(Object.entries(values).map(([key, value]) => [`llm-bench:${key}`, value]));
    const scenario = parseScenario(rawFromPulumi(texts), { stack: "test", file: "Pulumi.test.yaml" });
    assert.deepEqual(scenario.criteria, scenarioOf({ ...local, slo, cost }).criteria);
  });

  it("is no part of the run id: judging otherwise measures nothing anew", () => {
    const idOf = (values: object) => plannedRuns(scenarioOf({ ...local, ...values }))[0]?.runId;
    const id = idOf({});
    assert.equal(idOf({ slo: { ttftMs: { p95: 300 } } }), id);
    assert.equal(idOf({ comparison: { primary: "ttftP95Ms" } }), id);
    assert.equal(idOf({ cost: { pue: 1.2 } }), id);
    assert.equal(idOf({ prices: { "h100-80": price } }), id);
  });

  it("has a price also where the engine is simulated, so that its cost can be shown as simulated", () => {
    const [target] = scenarioOf({ ...local, prices: { "h100-80": price } }).targets;
    assert.deepEqual(target.price, price);
    assert.equal(scenarioOf(local).targets[0].price, null);
  });
});
