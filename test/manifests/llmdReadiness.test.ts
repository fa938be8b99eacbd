import assert from "node:assert/strict";
import { rightsFor } from "../../cluster/rights.ts";
import { atAddress } from "../../manifests/gatewayHosts.ts";
import type { EngineEndpoint } from "../../manifests/kubernetesObject.ts";
import { gatewayHost, gatewayName } from "../../manifests/llmd/llmdNames.ts";
import { podNeedsOf } from "../../manifests/llmd/podNeeds.ts";
import { collectorRoles } from "../../manifests/rbac.ts";
import { stackManifests } from "../../manifests/stackManifests.ts";
import { llmdGpus } from "../../scenario/llmd.ts";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import {
  gkeH100Llama3b,
  kindSimulated,
  llmdScenario,
  ocpH100Llama17b1P3D,
  ocpH100PD,
} from "../scenario/llmdScenarios.ts";
import { bundles, fixedRuns, readStack } from "./stacks.ts";

const targetOf = ({ targets }: Scenario) => targets[0] as LlmdTarget;
const given = { hfToken: true };

describe("a completion before an engine counts as ready", () => {
  const jobOf = (scenario: Scenario, hosts = new Map<string, string>()) =>
    stackManifests(scenario, bundles, given, hosts).completionOf(targetOf(scenario).name);
  const argumentsOf = (scenario: Scenario, hosts?: Map<string, string>) =>
    jobOf(scenario, hosts)?.spec?.template.spec?.containers[0]?.command ?? [];

  it("is asked by the way that the load takes, with the engine's key from its Secret", () => {
    const scenario = llmdScenario(ocpH100PD);
    const { url, apiKeySecret } = stackManifests(scenario, bundles, given).endpointOf(targetOf(scenario).name);
    const [container] = jobOf(scenario)?.spec?.template.spec?.containers ?? [];
    assert.equal(container?.command?.[container.command.indexOf("--complete") + 1], url);
    assert.deepEqual(container?.env, [{ name: "LLMBENCH_API_KEY", valueFrom: { secretKeyRef: { ...apiKeySecret } } }]);
  });

  it("has a prompt that is long enough to come to a prefill pod", () => {
    const words = (scenario: Scenario) => {
      const command = argumentsOf(scenario);
      return Number(command[command.indexOf("--prompt-words") + 1]);
    };
    const disaggregated = llmdScenario(ocpH100PD);
    assert.ok(words(disaggregated) > (targetOf(disaggregated).llmd.prefillThreshold as number));
    assert.equal(words(llmdScenario(kindSimulated)), 8);
  });

  it("is not asked of engines whose Service says enough", () => {
    const scenario = readStack("ocp-h100");
    assert.equal(stackManifests(scenario, bundles, given).completionOf(scenario.targets[0].name), null);
  });

  it("uses the gateway's address as soon as that is known, as the runs do", () => {
    const scenario = llmdScenario(gkeH100Llama3b);
    const hosts = new Map<string, string>();
    const manifests = stackManifests(scenario, bundles, given, hosts);
    const runText = () => JSON.stringify(manifests.runOf(fixedRuns(scenario)[0] as never).objects);
    assert.ok(argumentsOf(scenario, hosts).join().includes(gatewayHost));
    assert.ok(runText().includes(gatewayHost));
    hosts.set(gatewayName(scenario), "10.1.2.3");
    assert.ok(argumentsOf(scenario, hosts).includes("http://10.1.2.3"));
    assert.ok(!runText().includes(gatewayHost));
    assert.ok(runText().includes("http://10.1.2.3"));
  });
});

describe("the address of a gateway", () => {
  const endpoint: EngineEndpoint = {
    url: `http://${gatewayHost}/m`,
    servedModel: "m",
    apiKeySecret: null,
    gateway: "g",
  };

  it("stands in for the placeholder; an IPv6 one in brackets", () => {
    assert.equal(atAddress(endpoint, new Map([["g", "fd00::1"]])).url, "http://[fd00::1]/m");
    assert.equal(atAddress(endpoint, new Map([["other", "10.0.0.1"]])).url, endpoint.url);
  });
});

describe("what llm-d's pods need", () => {
  it("of GPUs is what the settings of the roles say", () => {
    const scenario = llmdScenario(ocpH100Llama17b1P3D);
    const target = targetOf(scenario);
    const needs = podNeedsOf(scenario, target);
    assert.deepEqual(
      needs.map(({ role, pods }) => [role, pods]),
      [
        ["decode", 3],
        ["prefill", 1],
        ["router", 1],
      ],
    );
    const gpus = needs.map(({ pods, spec }) => {
      const requests = spec.containers[0]?.resources?.requests ?? {};
      return pods * Number(requests["nvidia.com/gpu"] ?? 0);
    });
    assert.equal(
      gpus.reduce((sum, one) => sum + one, 0),
      llmdGpus(target.llmd),
    );
    assert.ok(Object.keys(needs[0]?.spec.nodeSelector ?? {}).length > 0);
  });

  it("of a simulated engine is cores and memory only", () => {
    const scenario = llmdScenario(kindSimulated);
    for (const { spec } of podNeedsOf(scenario, targetOf(scenario)))
      assert.deepEqual(Object.keys(spec.containers[0]?.resources?.requests ?? {}).sort(), ["cpu", "memory"]);
  });
});

describe("rights for llm-d", () => {
  const scenario = llmdScenario(ocpH100PD);
  const { shared, engines } = stackManifests(scenario, bundles, given);
  const rights = rightsFor([...shared, ...engines.flatMap(({ objects }) => objects)], scenario).map(
    ({ verb, resource, namespace }) => `${verb} ${resource} ${namespace}`,
  );
  const namespace = scenario.cluster?.namespace;

  it("are those of Helm's records and of the charts' objects; a release itself is none of the cluster's kinds", () => {
    for (const right of ["list secrets", "patch deployments.apps", "create inferencepools.inference.networking.k8s.io"])
      assert.ok(rights.includes(`${right} ${namespace}`), right);
    assert.ok(!rights.some((right) => right.includes("helm.sh")));
    assert.ok(
      rights.every((right) => !right.endsWith(" null") || right.includes("namespaces")),
      "none in the cluster",
    );
  });

  it("of the collector grow by reading only, and only where there is an llm-d", () => {
    const text = JSON.stringify(collectorRoles(scenario));
    assert.ok(text.includes("inferencepools") && text.includes("leaderworkersets") && !text.includes("secrets"));
    assert.ok(!JSON.stringify(collectorRoles(readStack("ocp-h100"))).includes("inferencepools"));
  });
});
