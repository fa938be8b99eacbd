import type { V1ConfigMap, V1Job, V1PodSpec } from "@kubernetes/client-node";
import type { Scenario } from "../scenario/scenario.ts";
import { isForeign } from "../workloads/adapterOf.ts";
import { workloadOf } from "../workloads/index.ts";
import { codeConfigMap, codeMount } from "./codeConfigMap.ts";
import { foreignHarness } from "./foreignHarness.ts";
import { configMount, type HarnessPod, type ManifestRun, startSeconds, waitReadySeconds } from "./harnessPod.ts";
import type { EngineEndpoint, RunManifests, SourceBundle } from "./kubernetesObject.ts";
import { labelKeys, labels, labelValue, stayAnnotations } from "./labels.ts";
import { harnessJobName, resultsClaim, resultsMount, resultsPath, runnerServiceAccount } from "./names.ts";
import { harnessNamespace } from "./namespaces.ts";
import { ownHarness } from "./ownHarness.ts";
import { containerSecurityContext, podSecurityContext } from "./podSecurity.ts";

export { type ManifestRun, waitReadySeconds } from "./harnessPod.ts";

/** After SIGTERM the load generator writes what it has. */
export const graceSeconds = 60;
/** In mode debug the real command stands here. */
export const commandAnnotation = "llm-bench/command";

/**
 * From the Job's creation to the SIGTERM of what still runs. Our own load generator has a limit of its own and keeps what
 * it measured; its Job ends later, and only what hangs. Others have no limit but this one.
 */
export function jobDeadlineSeconds({ harness }: Scenario): number {
  const most = harness.waitTimeoutSeconds + startSeconds;
  return isForeign(harness.name) ? most : most + waitReadySeconds + graceSeconds;
}

/** The load generator's code, for all Jobs of the stack. */
export function harnessBundleManifest(scenario: Scenario, bundle: SourceBundle): V1ConfigMap {
  return codeConfigMap(scenario, bundle, harnessNamespace(scenario));
}

/** One run: its ConfigMap and the Job that makes it; nothing for a harness that reads what the engine says while it starts. */
export function runManifests(
  scenario: Scenario,
  run: ManifestRun,
  endpoint: EngineEndpoint,
  bundle: SourceBundle,
): RunManifests {
  const namespace = harnessNamespace(scenario);
  const job = harnessJobName(scenario, run);
  const where = { job, namespace, resultsPath: resultsPath(scenario, run) };
  const pod = podOf(scenario, run, endpoint);
  if (pod === null) return { ...where, objects: [] };
  const group = run.group ?? undefined;
  const all = labels(scenario, "harness", { target: run.target.name, run: run.runId, group });
  const config: V1ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: job, namespace, labels: all },
    immutable: true,
    data: { ...pod.files },
  };
  return { ...where, objects: [config, jobManifest(scenario, run, pod, bundle, all)] };
}

function podOf(scenario: Scenario, run: ManifestRun, endpoint: EngineEndpoint): HarnessPod | null {
  const { url, servedModel, apiKeySecret } = endpoint;
  const workload = workloadOf(scenario, run.target, { url, servedModel, apiKeyEnv: apiKeySecret && "" });
  switch (workload.kind) {
    case "own":
      return ownHarness(scenario, run, endpoint);
    case "foreign":
      return foreignHarness(scenario, workload, run, endpoint);
    case "startup":
      return null;
  }
}

function jobManifest(
  scenario: Scenario,
  run: ManifestRun,
  pod: HarnessPod,
  bundle: SourceBundle,
  all: Record<string, string>,
): V1Job {
  const debug = scenario.mode === "debug";
  const annotations = debug ? { [commandAnnotation]: pod.command.join(" ") } : {};
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: harnessJobName(scenario, run), namespace: harnessNamespace(scenario), labels: all, annotations },
    spec: {
      // A second try would load the engine again and write over the first one's files.
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: jobDeadlineSeconds(scenario),
      template: {
        metadata: { labels: all, annotations: { ...stayAnnotations, ...annotations } },
        spec: podSpec(scenario, run, pod, bundle),
      },
    },
  };
}

function podSpec(scenario: Scenario, run: ManifestRun, pod: HarnessPod, bundle: SourceBundle): V1PodSpec {
  const { cpu, memory, serviceAccount, imagePullSecret } = scenario.harness;
  // Requests equal limits: a load generator that loses its CPU to a neighbour measures the neighbour. But never less than
  // one core as the limit: it would stop the one busy thread for up to 0.1 s at a time.
  const resources = { requests: { cpu: String(cpu), memory }, limits: { cpu: String(Math.max(1, cpu)), memory } };
  const code = harnessBundleManifest(scenario, bundle).metadata?.name as string;
  return {
    restartPolicy: "Never",
    serviceAccountName: serviceAccount ?? runnerServiceAccount,
    ...(imagePullSecret === null ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurityContext(scenario),
    terminationGracePeriodSeconds: graceSeconds,
    affinity: { ...awayFromEngines(scenario), ...besideItsGroup(run) },
    ...(pod.initContainers.length === 0 ? {} : { initContainers: [...pod.initContainers] }),
    containers: [
      {
        name: "harness",
        image: pod.image,
        command: [...(scenario.mode === "debug" ? pod.sleeping : pod.command)],
        ...(pod.workingDir === undefined ? {} : { workingDir: pod.workingDir }),
        env: [...pod.env, ...(pod.env.some(({ name }) => name === "TZ") ? [] : [{ name: "TZ", value: "UTC" }])],
        resources,
        securityContext: containerSecurityContext({ readOnlyRoot: true }),
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          { name: "results", mountPath: resultsMount },
          { name: "code", mountPath: codeMount, readOnly: true },
          { name: "plan", mountPath: configMount, readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
          ...pod.volumeMounts,
        ],
      },
    ],
    volumes: [
      { name: "results", persistentVolumeClaim: { claimName: resultsClaim } },
      { name: "code", configMap: { name: code } },
      { name: "plan", configMap: { name: harnessJobName(scenario, run) } },
      { name: "tmp", emptyDir: { sizeLimit: pod.temporary } },
      ...pod.volumes,
    ],
  };
}

/**
 * Pods that load at the same time wait for each other in the results claim, which can be on one node only: on another, the
 * second would wait for the volume until the first had given up. The first one is let in since its own labels match.
 */
function besideItsGroup({ group = null }: ManifestRun): Pick<NonNullable<V1PodSpec["affinity"]>, "podAffinity"> {
  if (group === null) return {};
  const labelSelector = { matchLabels: { [labelKeys.group]: labelValue(group) } };
  return {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector }],
    },
  };
}

/** On another node than the engines where there is one: 16 busy cores beside an engine would slow down what they measure. */
function awayFromEngines(scenario: Scenario): NonNullable<V1PodSpec["affinity"]> {
  const all = labels(scenario, "engine");
  const keys = [labelKeys.stack, labelKeys.component];
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: "kubernetes.io/hostname",
            namespaces: [scenario.cluster?.namespace ?? harnessNamespace(scenario)],
            labelSelector: { matchLabels: Object.fromEntries(keys.map((key) => [key, all[key] as string])) },
          },
        },
      ],
    },
  };
}
