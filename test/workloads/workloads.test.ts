import assert from "node:assert/strict";
import type { HarnessPlan } from "../../harness/plan.ts";
import { rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { loadProfile, profileNames, renderPlan, workloadOf } from "../../workloads/index.ts";

const endpoint = { url: "http://127.0.0.1:8000", servedModel: "served", apiKeyEnv: null };

function scenario(extra = ""): Scenario {
  const text = `config: { "llm-bench:platform": local, "llm-bench:gpu": h100-80, "llm-bench:model": llama-8b ${extra} }`;
  return parseScenario(rawFromStackFile(text), { stack: "test", file: "Pulumi.test.yaml" });
}
const load = (profile: string, overrides = {}) =>
  loadProfile({ harness: "llmbench", profile, overrides, file: "Pulumi.test.yaml" });

describe("workload profiles", () => {
  for (const name of profileNames("llmbench")) {
    it(`${name} is sound, streams, warms up and forces the length of answers`, () => {
      const profile = load(name);
      assert.equal(profile.name, name);
      assert.ok(profile.stream && profile.ignoreEos && profile.warmup && profile.description.length > 40);
      assert.ok(Object.isFrozen(profile) && Object.isFrozen(profile.data));
    });
  }

  it("local runs 1 to 32 requests in flight in 30 seconds plus warm-up", () => {
    const { stages, data } = load("local");
    assert.deepEqual(stages.concurrency, [1, 2, 4, 8, 16, 32]);
    assert.equal(stages.seconds! * stages.concurrency!.length, 30);
    assert.deepEqual(data.outputTokens, { type: "fixed", value: 24 });
  });

  it("engines keeps two engines with five repetitions below two minutes", () => {
    const { stages } = load("engines");
    assert.ok(stages.seconds! * stages.concurrency!.length * 2 * 5 <= 90);
  });

  it("poisson-rates is an open loop", () => {
    assert.deepEqual(load("poisson-rates").stages.poisson, [1, 2, 4, 8, 16]);
  });

  it("take overrides of any value, also as text from a command line", () => {
    const profile = load("local", {
      "stages.seconds": "2.5",
      "stages.concurrency": "[1, 3]",
      api: "completions",
      warmup: null,
    });
    assert.deepEqual(
      [profile.stages.seconds, profile.stages.concurrency, profile.api, profile.warmup],
      [2.5, [1, 3], "completions", null],
    );
    const other = load("local", {
      stages: { poisson: [2], requests: 10 },
      "data.sharedPrefix": { tokens: 64, groups: 2 },
    });
    assert.deepEqual(other.stages, { poisson: [2], requests: 10 });
    assert.ok(other.data.type === "synthetic" && other.data.sharedPrefix?.groups === 2);
  });

  it("do not share what overrides change", () => {
    load("local", { "data.inputTokens.mean": 200 });
    const { data } = load("local");
    assert.ok(data.type === "synthetic" && data.inputTokens.type === "normal" && data.inputTokens.mean === 256);
  });

  it("keep the hash of a file of prompts, so that a changed file is a changed workload", () => {
    const outputTokens = { type: "fixed", value: 8 };
    const { dataSha256 } = load("local", { data: { type: "file", path: "LICENSE", outputTokens } });
    assert.match(dataSha256!, /^[0-9a-f]{64}$/);
    assert.equal(load("local").dataSha256, null);
  });
});

describe("renderPlan", () => {
  it("gives all targets of a repetition the same prompts, and the next repetition others (vllm#54227)", () => {
    const one = scenario(', "llm-bench:seed": 40, "llm-bench:targets": [{ name: a }, { name: b }]');
    const plans = one.targets.flatMap((target) =>
      [1, 2].map((r) => renderPlan(one, target, endpoint, r, `${target.name}-x-r${r}`)),
    );
    const [{ seed: first }] = plans as [HarnessPlan];
    assert.deepEqual(
      plans.map(({ seed, target, runId }) => [seed - first, target.name, runId]),
      [
        [0, "a", "a-x-r1"],
        [1, "a", "a-x-r2"],
        [0, "b", "b-x-r1"],
        [1, "b", "b-x-r2"],
      ],
    );
    const [a, , b] = plans;
    assert.deepEqual({ ...a, target: null, runId: null }, { ...b, target: null, runId: null });
  });

  it("spells out the stages, with names of their own", () => {
    const one = scenario();
    const plan = renderPlan(one, one.targets[0], endpoint, 1, "id");
    assert.equal(plan.stages.length, 6);
    assert.deepEqual(plan.stages[3], {
      name: "concurrency 8",
      load: { type: "concurrency", concurrency: 8 },
      stop: { seconds: 5 },
    });
    assert.deepEqual(plan.target, {
      name: "llama-8b",
      baseUrl: "http://127.0.0.1:8000",
      model: "served",
      apiKeyEnv: null,
    });
    assert.deepEqual(plan.extraBody, { temperature: 0 });
    const open = scenario(', "llm-bench:workloadOverrides": { stages: { poisson: [0.5, 2], requests: 7 } }');
    const [first] = renderPlan(open, open.targets[0], endpoint, 1, "id").stages;
    assert.deepEqual(first, {
      name: "poisson 0.5/s",
      load: { type: "poisson", requestsPerSecond: 0.5 },
      stop: { requests: 7 },
    });
  });

  it("is JSON: what is written for the load generator reads back the same", () => {
    const one = scenario();
    const plan = renderPlan(one, one.targets[0], endpoint, 1, "id");
    assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
  });

  it("workloadOf is the same for equal scenarios, so that a second up finds nothing to do", () => {
    assert.deepEqual(workloadOf(scenario()), workloadOf(scenario()));
  });
});
