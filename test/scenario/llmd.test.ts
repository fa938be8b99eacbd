import assert from "node:assert/strict";
import { assumptions } from "../../scenario/assumptions.ts";
import { rawFromPulumi } from "../../scenario/config.ts";
import { memoryFit } from "../../scenario/fit.ts";
import { llmdGpus } from "../../scenario/llmd.ts";
import { engineOfRole } from "../../scenario/llmdRoles.ts";
import { simulatorConfig } from "../../scenario/roofline.ts";
import type { LlmdTarget } from "../../scenario/scenario.ts";
import { isSimulated } from "../../scenario/simulated.ts";
import { workloadOf } from "../../workloads/index.ts";
import * as scenarios from "./llmdScenarios.ts";

function targetOf(values: Readonly<Record<string, unknown>>): LlmdTarget {
  const [target] = scenarios.llmdScenario(values).targets;
  assert.ok(target.method === "llm-d");
  return target;
}

describe("method llm-d", () => {
  for (const [name, values] of Object.entries(scenarios.llmdScenarios))
    it(`${name} is a scenario, and its workload fits`, () => {
      const scenario = scenarios.llmdScenario(values);
      assert.match(scenario.name, /^(gke|ocp|kind)_[a-z0-9.-]+_(llm-d|standalone)_[a-z0-9.-]+$/);
      for (const target of scenario.targets) assert.ok(workloadOf(scenario, target).name);
    });

  it("takes each platform's gateway and that gateway's class", () => {
    const of = (values: Readonly<Record<string, unknown>>) => {
      const { gateway, gatewayClass } = targetOf(values).llmd;
      return [gateway, gatewayClass];
    };
    assert.deepEqual(of(scenarios.gkeH100Llama3b), ["gke", "gke-l7-rilb"]);
    assert.deepEqual(of(scenarios.ocpH100Llama3b), ["istio", "istio"]);
    assert.deepEqual(of(scenarios.agentgateway), ["agentgateway", "agentgateway"]);
    assert.deepEqual(of(scenarios.kindSimulated), ["none", null]);
    assert.deepEqual(of({ ...scenarios.ocpH100Llama3b, llmd: { gatewayClass: "mine" } }), ["istio", "mine"]);
  });

  it("has one decode pod with the engine's own settings, no prefill, and routes by prefix, unless told otherwise", () => {
    const { engine, gpuCount, llmd } = targetOf(scenarios.ocpH100Llama3b);
    const { router, routing, plugins, endpointPicker, prefillThreshold, decode, prefill, charts, simulator } = llmd;
    assert.deepEqual([router, routing, plugins, prefillThreshold], ["inferencepool", "prefix-aware", null, null]);
    assert.deepEqual([endpointPicker, charts, simulator, prefill], [{ cpu: 4, memory: "8Gi" }, null, null, null]);
    assert.deepEqual(decode, {
      ...{ replicas: 1, tensorParallel: 1, dataParallel: 1, nodes: 1, gpusPerPod: 1 },
      ...{ cpu: 4, memory: "40Gi", extraArgs: [] },
    });
    assert.deepEqual([gpuCount, engine.tensorParallel, engine.cpu], [1, 1, 4]);
  });

  it("gives decode what engine says, and prefill what decode says", () => {
    const { decode, prefill } = targetOf({
      ...scenarios.ocpH100Llama17b1P3D,
      llmd: { decode: { replicas: 3, extraArgs: ["--x"] }, prefill: { replicas: 2, memory: "80Gi" } },
    }).llmd;
    assert.deepEqual([decode.replicas, decode.tensorParallel, decode.cpu, decode.memory], [3, 8, 16, "64Gi"]);
    assert.deepEqual(prefill, { ...decode, replicas: 2, memory: "80Gi" });
    assert.deepEqual(targetOf(scenarios.llmdRouterPD).llmd.prefill, targetOf(scenarios.llmdRouterPD).llmd.decode);
  });

  it("counts the GPUs of all roles, copies and nodes", () => {
    const gpus = (values: Readonly<Record<string, unknown>>) => llmdGpus(targetOf(values).llmd);
    assert.equal(gpus(scenarios.ocpH100PD), 4 * 1 + 4);
    assert.equal(gpus(scenarios.ocpH100Llama17b1P3D), 32);
    assert.equal(gpus(scenarios.ocpH100Llama70b), 8);
    assert.equal(gpus(scenarios.wideExpertParallel), 24);
    const { decode } = targetOf(scenarios.wideExpertParallel).llmd;
    assert.deepEqual([decode.nodes, decode.gpusPerPod, decode.cpu], [2, 8, 18]);
  });

  it("takes gpuCount for the GPUs of one decode replica", () => {
    const values = { ...scenarios.ocpH100Llama3b, gpuCount: 4 };
    assert.equal(targetOf(values).llmd.decode.tensorParallel, 4);
    const copies = targetOf({ ...values, llmd: { decode: { dataParallel: 2 } } });
    assert.deepEqual([copies.llmd.decode.tensorParallel, copies.gpuCount], [2, 4]);
  });

  it("merges the keys of a target with those of the top level, within roles too", () => {
    const scenario = scenarios.llmdScenario({
      ...scenarios.ocpH100PD,
      llmd: { routing: "random", decode: { replicas: 2, cpu: 10 } },
      targets: [{ name: "a" }, { name: "b", llmd: { decode: { replicas: 3 }, prefill: {} } }],
    });
    const [a, b] = scenario.targets as unknown as [LlmdTarget, LlmdTarget];
    assert.deepEqual([a.llmd.routing, a.llmd.decode.replicas, a.llmd.prefill], ["random", 2, null]);
    assert.deepEqual([b.llmd.routing, b.llmd.decode.replicas, b.llmd.decode.cpu], ["random", 3, 10]);
    assert.equal(b.llmd.prefill?.replicas, 3);
  });

  it("lets each role have arguments of its own, after those of all", () => {
    const target = targetOf(scenarios.wideExpertParallel);
    assert.deepEqual(target.engine.extraArgs, ["--enable-expert-parallel"]);
    const { engine, fit } = engineOfRole(target, "prefill");
    assert.deepEqual(engine.extraArgs, ["--enable-expert-parallel", "--enforce-eager"]);
    assert.equal(fit.cudaGraphBytes, 0);
    assert.throws(() => engineOfRole(targetOf(scenarios.ocpH100Llama3b), "prefill"), /has no prefill pods/);
  });

  it("splits a mixture's experts among all copies, and copies everything else", () => {
    const { engine, gpu, model, fit } = targetOf(scenarios.wideExpertParallel);
    const one = memoryFit(gpu, model, engine);
    assert.ok(fit.weightBytes < one.weightBytes / 8, `${fit.weightBytes} of ${one.weightBytes}`);
    const dense = targetOf({ ...scenarios.ocpH100Llama3b, llmd: { decode: { dataParallel: 2 } } });
    assert.equal(dense.fit.weightBytes, memoryFit(dense.gpu, dense.model, dense.engine).weightBytes);
  });

  it("simulates engines on kind, behind a real router, with small pods", () => {
    const target = targetOf({ ...scenarios.kindSimulated, simulator: { slowdown: 2 } });
    assert.ok(isSimulated(target));
    assert.deepEqual(target.llmd.simulator, { speed: 1, slowdown: 2, faults: [] });
    assert.deepEqual(target.llmd.endpointPicker, { cpu: 0.1, memory: "256Mi" });
    assert.deepEqual([target.llmd.decode.cpu, target.llmd.decode.memory], [0.25, "512Mi"]);
    assert.equal(isSimulated(targetOf(scenarios.ocpH100Llama3b)), false);
  });

  it("gives each simulated pod the settings of its engine, and says what was simulated and what was not", () => {
    const target = targetOf({ ...scenarios.kindSimulated, simulator: { slowdown: 2 } });
    assert.ok(isSimulated(target));
    const { blockSize, numGpuBlocks } = simulatorConfig(target, { seed: 1 });
    assert.deepEqual([blockSize, numGpuBlocks], [target.engine.blockSize, target.fit.kvBlocks]);
    const said = assumptions(target);
    assert.ok(said.some((line) => /Each of the 2 decode pods is simulated.*endpoint picker are real/.test(line)));
    assert.ok(said.some((line) => /multiplied by 2 on request/.test(line)));
    assert.ok(!said.some((line) => /One replica is simulated/.test(line)));
  });

  it("loads targets together where the stack says so, in whichever form Pulumi hands it over", () => {
    const { platform, ...rest } = scenarios.twoModelsBehindIstio;
    const texts = Object.entries({ ...rest, hfToken: "a token" }).map(([key, value]) => [
      `llm-bench:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const raw = rawFromPulumi({ "llm-bench:platform": String(platform), ...Object.fromEntries(texts) });
    assert.equal(raw.values.together, true);
    assert.deepEqual(raw.values.targets, rest.targets);
    const defaulted = rawFromPulumi({ "llm-bench:together": "false", "llm-bench:llmd": "{}" });
    assert.deepEqual(defaulted.values, { together: false });
    assert.equal(scenarios.llmdScenario(scenarios.twoModelsBehindIstio).together, true);
    assert.equal(scenarios.llmdScenario(scenarios.standaloneAgainstLlmd).together, false);
  });
});
