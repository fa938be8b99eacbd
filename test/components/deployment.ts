import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../../manifests/kubernetesObject.ts";
import { type StackManifests, stackManifests } from "../../manifests/stackManifests.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { bundles, fixedRuns } from "../manifests/stacks.ts";
import { type Registered, registered } from "./pulumiMocks.ts";

/** What the random provider would have made up. */
export const randomKey = "random-marker-for-tests";
export const token = "hf_marker_for_tests";
export const foreignKey = "sk-marker-for-tests";

const outputs = { "random:index/randomPassword:RandomPassword": { result: randomKey } };

export interface Deployed {
  readonly manifests: StackManifests;
  readonly resources: readonly Registered[];
}

/** A whole stack with its runs, as `up` declares it, but without waiting between runs. */
export async function deployed(
  scenario: Scenario,
  { withToken = true, only = null as ReadonlySet<string> | null } = {},
): Promise<Deployed> {
  const manifests = stackManifests(scenario, bundles, { hfToken: withToken });
  const resources = await registered(async () => {
    const { StackDeployment } = await import("../../components/stackDeployment.ts");
    const { clusterProvider } = await import("../../components/clusterProvider.ts");
    const provider = clusterProvider({
      identity: { context: "test", server: "https://127.0.0.1:6443" },
      kubeconfig: { path: "/home/me/.kube/config" },
      config: undefined as never,
    });
    const existing = scenario.targets.filter((target) => target.method === "existing" && target.hasApiKey);
    const deployment = new StackDeployment({
      scenario,
      manifests,
      provider,
      hfToken: withToken ? pulumi.secret(token) : undefined,
      apiKeys: Object.fromEntries(existing.map(({ name }) => [name, pulumi.secret(foreignKey)])),
      deployed: only ?? new Set(scenario.targets.map(({ name }) => name)),
      signal: new AbortController().signal,
    });
    if (scenario.mode === "standup") return;
    for (const run of fixedRuns(scenario))
      if (only?.has(run.target.name) ?? true) deployment.declareRun({ ...run, fingerprint: run.runId }, run.attempt);
  }, outputs);
  return { manifests, resources };
}

/** Every object that the builders gave for the stack and its runs, in order. */
export function objectsOf(scenario: Scenario, manifests: StackManifests): KubernetesObject[] {
  const runs = scenario.mode === "standup" ? [] : fixedRuns(scenario);
  return [
    ...manifests.workspace,
    ...manifests.claims,
    ...manifests.shared,
    ...manifests.engines.flatMap(({ objects }) => objects),
    ...runs.flatMap((run) => manifests.runOf(run).objects),
  ];
}

export function isObject({ type }: Registered): boolean {
  return type.startsWith("kubernetes:");
}
