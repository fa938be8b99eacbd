import { extname } from "node:path";
import type { V1ConfigMap, V1EnvVar, V1Job, V1PodSpec } from "@kubernetes/client-node";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { promptText, renderPlan } from "../workloads/index.ts";
import { codeConfigMap } from "./codeConfigMap.ts";
import { nodeImageOf } from "./images.ts";
import type { EngineEndpoint, RunManifests, SourceBundle } from "./kubernetesObject.ts";
import { labelKeys, labels, stayAnnotations } from "./labels.ts";
import {
  harnessJobName,
  type RunIdentity,
  resultsClaim,
  resultsMount,
  resultsPath,
  runnerServiceAccount,
} from "./names.ts";
import { harnessNamespace } from "./namespaces.ts";
import { containerSecurityContext, podSecurityContext } from "./podSecurity.ts";

/** How long the load generator waits for the engine's first answer. */
export const waitReadySeconds = 300;
/** For an image pull, a new node from the autoscaler, and the volume. */
const startSeconds = 900;
/** After SIGTERM the load generator writes what it has; also counted into the Job's deadline. */
const graceSeconds = 60;
/** In mode debug the real command stands here. */
export const commandAnnotation = "llm-bench/command";

const codeMount = "/llm-bench/code";
const planMount = "/llm-bench/plan";
const apiKeyEnv = "LLMBENCH_API_KEY";

export type ManifestRun = RunIdentity & { readonly target: Target; readonly repetition: number };

/** The load generator's code, for all Jobs of the stack. */
export function harnessBundleManifest(scenario: Scenario, bundle: SourceBundle): V1ConfigMap {
  return codeConfigMap(scenario, bundle, harnessNamespace(scenario));
}

/** One run: its plan and the Job that makes it. */
export function runManifests(
  scenario: Scenario,
  run: ManifestRun,
  endpoint: EngineEndpoint,
  bundle: SourceBundle,
): RunManifests {
  const namespace = harnessNamespace(scenario);
  const job = harnessJobName(scenario, run);
  const all = labels(scenario, "harness", { target: run.target.name, run: run.runId });
  const plan: V1ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: job, namespace, labels: all },
    immutable: true,
    data: planFiles(scenario, run, endpoint),
  };
  return {
    objects: [plan, jobManifest(scenario, run, endpoint, bundle, all)],
    job,
    namespace,
    resultsPath: resultsPath(scenario, run),
  };
}

/** The plan, and beside it the custom prompts that it names, if any. */
function planFiles(
  scenario: Scenario,
  { target, repetition, runId }: ManifestRun,
  endpoint: EngineEndpoint,
): Record<string, string> {
  const { url, servedModel, apiKeySecret } = endpoint;
  const where = { url, servedModel, apiKeyEnv: apiKeySecret === null ? null : apiKeyEnv };
  const plan = renderPlan(scenario, target, where, repetition, runId);
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  if (plan.data.type !== "file") return { "plan.json": json(plan) };
  const name = `prompts${extname(plan.data.path)}`;
  const data = { ...plan.data, path: `${planMount}/${name}` };
  return { "plan.json": json({ ...plan, data }), [name]: promptText(plan.data.path) };
}

function jobManifest(
  scenario: Scenario,
  run: ManifestRun,
  endpoint: EngineEndpoint,
  bundle: SourceBundle,
  all: Record<string, string>,
): V1Job {
  const command = harnessCommand(scenario, run);
  const debug = scenario.mode === "debug";
  const annotations = debug ? { [commandAnnotation]: command.join(" ") } : {};
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: harnessJobName(scenario, run), namespace: harnessNamespace(scenario), labels: all, annotations },
    spec: {
      // A second try would load the engine again and write over the first one's files.
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      // Behind the load generator's own limit, which keeps what was measured; this one only ends what hangs.
      activeDeadlineSeconds: scenario.harness.waitTimeoutSeconds + waitReadySeconds + startSeconds + graceSeconds,
      template: {
        metadata: { labels: all, annotations: { ...stayAnnotations, ...annotations } },
        spec: podSpec(scenario, run, endpoint, bundle, debug ? sleeping : command),
      },
    },
  };
}

/** As PID 1 a process dies of SIGTERM only if it says so itself. */
const sleeping = ["node", "-e", 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 60000);'];

function harnessCommand(scenario: Scenario, run: ManifestRun): string[] {
  return [
    ...["node", `${codeMount}/harness.mjs`],
    ...["--plan", `${planMount}/plan.json`],
    ...["--out", `${resultsMount}/${resultsPath(scenario, run)}`],
    ...["--progress", "json"],
    ...["--wait-ready", String(waitReadySeconds)],
    ...["--time-limit", String(scenario.harness.waitTimeoutSeconds)],
  ];
}

function podSpec(
  scenario: Scenario,
  run: ManifestRun,
  { apiKeySecret }: EngineEndpoint,
  bundle: SourceBundle,
  command: string[],
): V1PodSpec {
  const { cpu, memory, serviceAccount } = scenario.harness;
  // Requests equal limits: a load generator that loses its CPU to a neighbour measures the neighbour. But never less than
  // one core as the limit: it would stop the one busy thread for up to 0.1 s at a time.
  const resources = { requests: { cpu: String(cpu), memory }, limits: { cpu: String(Math.max(1, cpu)), memory } };
  const env: V1EnvVar[] =
    apiKeySecret === null ? [] : [{ name: apiKeyEnv, valueFrom: { secretKeyRef: { ...apiKeySecret } } }];
  const code = harnessBundleManifest(scenario, bundle).metadata?.name as string;
  return {
    restartPolicy: "Never",
    serviceAccountName: serviceAccount ?? runnerServiceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurityContext(scenario),
    terminationGracePeriodSeconds: graceSeconds,
    affinity: awayFromEngines(scenario),
    containers: [
      {
        name: "harness",
        image: nodeImageOf(scenario),
        command,
        env: [...env, { name: "TZ", value: "UTC" }],
        resources,
        securityContext: containerSecurityContext({ readOnlyRoot: true }),
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          { name: "results", mountPath: resultsMount },
          { name: "code", mountPath: codeMount, readOnly: true },
          { name: "plan", mountPath: planMount, readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "results", persistentVolumeClaim: { claimName: resultsClaim } },
      { name: "code", configMap: { name: code } },
      { name: "plan", configMap: { name: harnessJobName(scenario, run) } },
      { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
    ],
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
