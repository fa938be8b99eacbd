import type { V1Namespace, V1PersistentVolumeClaim, V1Secret, V1ServiceAccount } from "@kubernetes/client-node";
import { platformOf } from "../platform/index.ts";
import { countsTokens } from "../scenario/harnesses.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { hasApiKey } from "./engineKey.ts";
import type { KubernetesObject } from "./kubernetesObject.ts";
import { labels } from "./labels.ts";
import { loadsModel } from "./modelCache.ts";
import {
  apiKeySecretName,
  collectorServiceAccount,
  hfTokenSecret,
  resultsClaim,
  runnerServiceAccount,
} from "./names.ts";
import { clusterOf, engineNamespace, harnessNamespace, namespacesOf } from "./namespaces.ts";
import { collectorRoles } from "./rbac.ts";

/**
 * What engines and runs share, in order of creation: namespaces, identities and their rights, the results claim, and
 * Secrets without their data, which is added where it is known and appears nowhere else. `hfToken`: a token was given.
 */
export function workspaceManifests(
  scenario: Scenario,
  { hfToken }: { readonly hfToken: boolean } = { hfToken: false },
): KubernetesObject[] {
  return [
    ...(clusterOf(scenario).createNamespace ? namespacesOf(scenario).map((name) => namespace(scenario, name)) : []),
    ...serviceAccounts(scenario),
    ...collectorRoles(scenario),
    resultsVolume(scenario),
    ...secrets(scenario, hfToken),
  ];
}

function namespace(scenario: Scenario, name: string): V1Namespace {
  const { level } = platformOf(scenario.platform).podSecurity;
  // The endpoint picker's pod, and the sidecar of decode pods: their charts set no security context that "restricted" takes.
  const enforced = scenario.targets.some(({ method }) => method === "llm-d") ? "baseline" : level;
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        ...labels(scenario, "workspace"),
        "pod-security.kubernetes.io/enforce": enforced,
        "pod-security.kubernetes.io/audit": level,
        "pod-security.kubernetes.io/warn": level,
      },
    },
  };
}

function serviceAccounts(scenario: Scenario): V1ServiceAccount[] {
  const account = (name: string, ns: string): V1ServiceAccount => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: ns, labels: labels(scenario, "workspace") },
    automountServiceAccountToken: false,
  });
  const engines = scenario.targets.some(({ method }) => method !== "existing") ? [engineNamespace(scenario)] : [];
  const harness = scenario.harness.serviceAccount === null ? [harnessNamespace(scenario)] : [];
  return [
    ...[...new Set([...engines, ...harness])].map((ns) => account(runnerServiceAccount, ns)),
    account(collectorServiceAccount, harnessNamespace(scenario)),
  ];
}

function resultsVolume(scenario: Scenario): V1PersistentVolumeClaim {
  const storageClass = clusterOf(scenario).storageClass ?? platformOf(scenario.platform).storage.resultsClass;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: resultsClaim, namespace: harnessNamespace(scenario), labels: labels(scenario, "workspace") },
    spec: {
      // One Job or reader at a time mounts it, so the mode that every storage class has is enough.
      accessModes: ["ReadWriteOnce"],
      ...(storageClass === null ? {} : { storageClassName: storageClass }),
      resources: { requests: { storage: scenario.harness.pvcSize } },
    },
  };
}

function secrets(scenario: Scenario, hfToken: boolean): V1Secret[] {
  const secret = (name: string, ns: string, target?: Target): V1Secret => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace: ns,
      labels: labels(scenario, "workspace", target === undefined ? {} : { target: target.name }),
    },
    type: "Opaque",
  });
  const loading = scenario.targets.filter(loadsModel);
  const gated = loading.some(({ model }) => model.gated);
  const counts = countsTokens(scenario.harness.name) && scenario.harness.tokenizer === null;
  const gatedTokenizer =
    counts && scenario.targets.some((target) => target.method !== "existing" && target.model.gated);
  const whereToken = new Set([
    ...(loading.length > 0 && (gated || hfToken) ? [engineNamespace(scenario)] : []),
    ...(gatedTokenizer || (countsTokens(scenario.harness.name) && hfToken) ? [harnessNamespace(scenario)] : []),
  ]);
  const token = [...whereToken].map((ns) => secret(hfTokenSecret.name, ns));
  const keys = scenario.targets
    .filter((target) => hasApiKey(scenario, target))
    .flatMap((target) => {
      // An engine that exists already has its key elsewhere; only whoever asks it needs a copy.
      const where = target.method === "existing" ? [harnessNamespace(scenario)] : namespacesOf(scenario);
      return where.map((ns) => secret(apiKeySecretName(target), ns, target));
    });
  return [...token, ...keys];
}
