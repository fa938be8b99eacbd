import assert from "node:assert/strict";
import type { HelmRelease, KubernetesObject } from "../../manifests/kubernetesObject.ts";
import { isRelease } from "../../manifests/kubernetesObject.ts";
import { chartOf } from "../../manifests/llmd/charts.ts";
import { endpointPickerConfig } from "../../manifests/llmd/endpointPickerConfig.ts";
import type { ModelServiceValues } from "../../manifests/llmd/modelServiceValues.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import * as of from "../scenario/llmdScenarios.ts";
import { bundles } from "./stacks.ts";

function releases(scenario: Scenario): HelmRelease[] {
  const { shared, engines } = stackManifests(scenario, bundles, { hfToken: true });
  return [...shared, ...engines.flatMap(({ objects }) => objects)].filter((object: KubernetesObject) =>
    isRelease(object),
  );
}

function release(scenario: Scenario, end: string): HelmRelease {
  const found = releases(scenario).find(({ metadata }) => metadata.name.endsWith(end));
  assert.ok(found !== undefined, end);
  return found;
}

function modelService(scenario: Scenario, target = ""): ModelServiceValues {
  return release(scenario, `${target}-ms`).spec.values as unknown as ModelServiceValues;
}

describe("charts of llm-d", () => {
  it("come from their makers' homes, another one, or a folder that has what it has", () => {
    const home = {
      chart: "llm-d-infra",
      repository: "https://llm-d-incubation.github.io/llm-d-infra",
      version: "v1.4.0",
    };
    assert.deepEqual(chartOf("llm-d-infra", null), home);
    assert.deepEqual(chartOf("llm-d-infra", "https://mirror.example/charts/"), {
      ...home,
      repository: "https://mirror.example/charts",
    });
    const registry = "oci://mirror.example/llm-d";
    const pulled = { chart: `${registry}/standalone`, repository: null, version: "v1.5.0" };
    assert.deepEqual(chartOf("standalone", registry), pulled);
    assert.deepEqual(chartOf("standalone", "charts/"), { chart: "charts/standalone", repository: null, version: null });
  });
});

describe("values of llm-d's charts", () => {
  it("give vLLM what standalone gives it, but for what the chart writes itself", () => {
    const scenario = of.llmdScenario(of.standaloneAgainstLlmd);
    const { engines } = stackManifests(scenario, bundles, { hfToken: true });
    const standalone = engines[0]?.objects.find(({ kind }) => kind === "Deployment") as
      | { spec: { template: { spec: { containers: { args: string[]; env: unknown[] }[] } } } }
      | undefined;
    const [engine] = standalone?.spec.template.spec.containers ?? [];
    const values = modelService(scenario, "routed").decode.containers[0];
    const chart = ["--served-model-name", "--port"].flatMap((flag) => {
      const at = engine?.args.indexOf(flag) ?? -1;
      return [flag, engine?.args[at + 1] as string];
    });
    const rest = engine?.args.slice(1).filter((arg, index, all) => {
      const previous = all[index - 1] ?? "";
      return !(
        chart.includes(arg) &&
        (chart[0] === arg || chart[2] === arg || previous === chart[0] || previous === chart[2])
      );
    });
    assert.deepEqual(values?.args, rest);
    const names = (env: readonly unknown[] = []) =>
      env.map((one) => (one as { name: string; value?: string }).name).filter((name) => name !== "VLLM_API_KEY");
    assert.deepEqual(names(values?.env), names(engine?.env));
  });

  it("move decode behind the sidecar with prefill pods, and leave it where it is without", () => {
    const split = modelService(of.llmdScenario(of.ocpH100Llama17b1P3D));
    assert.ok("containers" in split.prefill);
    const port = (role: { containers: ModelServiceValues["decode"]["containers"] }) =>
      role.containers[0]?.ports[0]?.containerPort;
    assert.deepEqual([port(split.decode), port(split.prefill), split.routing.proxy.enabled], [8200, 8000, true]);
    assert.deepEqual([split.decode.replicas, split.prefill.replicas], [3, 1]);
    const whole = modelService(of.llmdScenario(of.ocpH100Llama3b));
    assert.deepEqual(
      [port(whole.decode), whole.prefill, whole.routing.proxy.enabled],
      [8000, { create: false }, false],
    );
  });

  it("name a MIG slice's resource as the operator does, and none for simulated engines", () => {
    const resource = (values: Parameters<typeof of.llmdScenario>[0]) =>
      modelService(of.llmdScenario(values)).accelerator.resources?.nvidia;
    assert.equal(resource(of.ocpH100MigLlama3b), "nvidia.com/gpu");
    assert.equal(resource(of.ocpH100MigLlama8b), "nvidia.com/mig-3g.40gb");
    assert.equal(resource(of.kindSimulated), undefined);
  });

  it("make LeaderWorkerSets of both roles where one is on several nodes: the chart has one switch for them", () => {
    const scenario = of.llmdScenario(of.wideExpertParallel);
    const { decode, multinode, prefill } = modelService(scenario);
    assert.ok(prefill.create && decode.create && multinode);
    assert.deepEqual([decode.parallelism.workers, prefill.parallelism.workers], [2, 1]);
    assert.deepEqual([decode.strategy, prefill.strategy], [undefined, undefined], "a LeaderWorkerSet has none");
    const commands = [decode, prefill].map(({ containers }) => containers[0]?.modelCommand);
    assert.deepEqual(commands, ["custom", "vllmServe"], "the chart knows no address of a leader");
    const { workloads } = stackManifests(scenario, bundles, { hfToken: true }).engines[0] ?? {};
    assert.deepEqual(
      workloads?.slice(-2).map(({ kind, role }) => [kind, role]),
      [
        ["LeaderWorkerSet", "decode"],
        ["LeaderWorkerSet", "prefill"],
      ],
    );
  });

  it("do not change with another target of the stack", () => {
    const two = of.llmdScenario(of.twoModelsBehindIstio);
    const [, code] = two.targets;
    const one: Scenario = { ...two, targets: [code as Scenario["targets"][0]] };
    for (const end of ["code-ms", "code-router", "-infra"])
      assert.deepEqual(release(one, end).spec.values, release(two, end).spec.values);
  });

  it("start the endpoint picker anew with another routing, and only then", () => {
    const file = (llmd: object) => {
      const scenario = of.llmdScenario({ ...of.kindSimulated, llmd });
      return /llm-bench-[0-9a-f]{8}\.yaml/.exec(JSON.stringify(release(scenario, "-router").spec.values))?.[0];
    };
    assert.notEqual(file({ routing: "random" }), file({}));
    assert.equal(file({ decode: { replicas: 3 } }), file({}));
  });
});

describe("the endpoint picker's configuration", () => {
  const settings = { plugins: null, prefill: null, prefillThreshold: 16, routing: "prefix-aware" } as const;
  const prefill = {} as never;

  it("is the user's where there is one", () => {
    const plugins = { apiVersion: "llm-d.ai/v1alpha1", kind: "EndpointPickerConfig" };
    assert.equal(endpointPickerConfig({ ...settings, plugins }), plugins);
  });

  it("decides by the threshold who reads a prompt; 0 is every prompt, for which the picker has another decider", () => {
    const types = (threshold: number) =>
      JSON.stringify(endpointPickerConfig({ ...settings, prefill, prefillThreshold: threshold }));
    assert.match(types(16), /"prefix-based-pd-decider","parameters":\{"nonCachedTokens":16\}/);
    assert.match(types(0), /"deciders":\{"prefill":"always-disagg-pd-decider"\}/);
    assert.doesNotMatch(types(0), /nonCachedTokens/);
  });

  it("refers to plugins that it names, in every profile, with the role's filter first", () => {
    for (const routing of ["prefix-aware", "load-aware", "random"] as const)
      for (const roles of [null, prefill]) {
        const config = endpointPickerConfig({ ...settings, prefill: roles, routing }) as {
          plugins: { type: string }[];
          schedulingProfiles: { name: string; plugins: { pluginRef: string }[] }[];
        };
        const named = config.plugins.map(({ type }) => type);
        for (const { name, plugins } of config.schedulingProfiles) {
          for (const { pluginRef } of plugins) assert.ok(named.includes(pluginRef), pluginRef);
          if (roles !== null) assert.equal(plugins[0]?.pluginRef, `${name}-filter`);
        }
      }
  });
});
