import type { V1ConfigMap, V1EnvVar, V1Job, V1PersistentVolumeClaim, V1PodSpec } from "@kubernetes/client-node";
import { platformOf } from "../platform/index.ts";
import { weightBytes } from "../scenario/modelSize.ts";
import type { LlmdTarget, Scenario, StandaloneTarget, Target } from "../scenario/scenario.ts";
import { downloadScript } from "./downloadScript.ts";
import { gpuPlacement } from "./gpuPlacement.ts";
import { shortHash } from "./hash.ts";
import { labels, podLabels } from "./labels.ts";
import { hfTokenSecret, modelMount, runnerServiceAccount } from "./names.ts";
import { clusterOf, engineNamespace } from "./namespaces.ts";
import { containerSecurityContext, podSecurityContext } from "./podSecurity.ts";
import { sameNodeAffinity } from "./sameNode.ts";

/** Objects of one engine's model cache. Engines that share a claim, or even the model, have equal objects of the same name. */
export interface ModelCache {
  readonly claimName: string;
  /** null: it is there already (cluster.modelStorage.claim). */
  readonly claim: V1PersistentVolumeClaim | null;
  readonly configMap: V1ConfigMap;
  readonly job: V1Job;
  /** Folder of the model, with the claim mounted at `modelMount`. */
  readonly modelPath: string;
  readonly env: readonly V1EnvVar[];
}

/** The hub's default branch: the catalogue pins no revisions. */
const revision = "main";
const GiB = 2 ** 30;

/** A target whose engines load a model from a cache; those of one method and of the other may share it. */
type LoadingTarget = StandaloneTarget | LlmdTarget;

/** Claim, script and download Job for the model of `target`. */
export function modelCacheManifests(scenario: Scenario, target: LoadingTarget): ModelCache {
  const loading = scenario.targets.filter(loadsModel);
  const claimName = claimNameOf(scenario, target);
  const sharing = loading.filter((other) => claimNameOf(scenario, other) === claimName);
  // The first target with the same model fetches it for all: two Jobs writing one folder would spoil it.
  const loader = sharing.find(({ model }) => model.name === target.model.name) ?? target;
  const modelPath = `${modelMount}/models/${target.model.name}`;
  const env: V1EnvVar[] = [
    { name: "MODEL_REPO", value: target.model.name },
    { name: "MODEL_REVISION", value: revision },
    { name: "MODEL_DIR", value: modelPath },
  ];
  const configMap = scriptConfigMap(scenario);
  return {
    claimName,
    claim: clusterOf(scenario).modelStorage.claim === null ? claim(scenario, claimName, sharing) : null,
    configMap,
    job: job(scenario, loader, claimName, configMap, env),
    modelPath,
    env,
  };
}

export function loadsModel(target: Target): target is LoadingTarget {
  return target.method === "standalone" || (target.method === "llm-d" && target.llmd.simulator === null);
}

/**
 * A ReadWriteOnce volume is for pods of one node, and two engines mostly run on two: each has a claim of its own. Another
 * model is another claim: one that is there can never become smaller, and grows only where its class allows it. Where
 * the size is set, models may share the room.
 */
function claimNameOf(scenario: Scenario, target: LoadingTarget): string {
  const { claim, accessMode, size } = clusterOf(scenario).modelStorage;
  if (claim !== null) return claim;
  if (accessMode !== "ReadWriteOnce") return "model-pvc";
  return `model-pvc-${target.name}-${shortHash(size ?? [target.model.name, claimSize([target])], 4)}`;
}

function claim(scenario: Scenario, name: string, sharing: readonly LoadingTarget[]): V1PersistentVolumeClaim {
  const { storageClass, modelStorage } = clusterOf(scenario);
  const className =
    modelStorage.storageClass ?? storageClass ?? platformOf(scenario.platform).storage.modelClass ?? null;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "model-cache", sharing[0] && sharing.length === 1 ? { target: sharing[0].name } : {}),
    },
    spec: {
      accessModes: [modelStorage.accessMode],
      ...(className === null ? {} : { storageClassName: className }),
      resources: { requests: { storage: modelStorage.size ?? claimSize(sharing) } },
    },
  };
}

/** Room for the weights of each model, a third more for a file that is fetched again, and tokenizers; in steps of 5 GiB. */
function claimSize(targets: readonly LoadingTarget[]): string {
  const models = new Map(targets.map(({ model }) => [model.name, model]));
  const bytes = [...models.values()].reduce((sum, model) => sum + 1.3 * weightBytes(model) + GiB, 0) + copies(targets);
  return `${5 * Math.ceil(bytes / (5 * GiB))}Gi`;
}

/** Engines that load with tensorizer read a copy of their own. */
function copies(sharing: readonly LoadingTarget[]): number {
  const loading = sharing.filter(({ engine }) => engine.loadFormat === "tensorizer");
  return loading.reduce((sum, { model }) => sum + 1.1 * weightBytes(model), 0);
}

function scriptConfigMap(scenario: Scenario): V1ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `download-model-script-${shortHash(downloadScript, 8)}`,
      namespace: engineNamespace(scenario),
      labels: labels(scenario, "model-cache"),
    },
    immutable: true,
    data: { "download-model.sh": downloadScript },
  };
}

function job(
  scenario: Scenario,
  target: LoadingTarget,
  claimName: string,
  configMap: V1ConfigMap,
  env: readonly V1EnvVar[],
): V1Job {
  const script = configMap.metadata?.name as string;
  const all = labels(scenario, "model-cache", { target: target.name });
  const spec: V1PodSpec = podSpec(scenario, target, claimName, script, env);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      // A Job's pod template cannot be changed: what would change it changes the name, which makes a new Job.
      name: `download-model-${shortHash(spec, 8)}`,
      namespace: engineNamespace(scenario),
      labels: all,
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: clusterOf(scenario).readyTimeoutSeconds,
      template: { metadata: { labels: podLabels(scenario, "model-cache", { target: target.name }) }, spec },
    },
  };
}

function podSpec(
  scenario: Scenario,
  target: LoadingTarget,
  claimName: string,
  script: string,
  env: readonly V1EnvVar[],
): V1PodSpec {
  // Where the engine will run, though it needs no GPU: a zonal volume comes to be in the zone of its first pod.
  const { nodeSelector, tolerations } = gpuPlacement(scenario, target);
  return {
    restartPolicy: "Never",
    serviceAccountName: runnerServiceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurityContext(scenario),
    terminationGracePeriodSeconds: 10,
    nodeSelector: { ...nodeSelector },
    tolerations: tolerations.map((toleration) => ({ ...toleration })),
    ...sameNodeAffinity(scenario, target),
    containers: [
      {
        name: "download",
        // The engine's image: that node pulls it anyway, and it has the hub's own command.
        image: target.engine.image,
        command: ["sh", "/llm-bench/script/download-model.sh"],
        env: [
          ...env,
          { name: "MODEL_BYTES", value: String(Math.round(weightBytes(target.model))) },
          { name: "RETRY_SECONDS", value: "10" },
          { name: "PROGRESS_SECONDS", value: "5" },
          { name: "HOME", value: "/tmp" },
          { name: "HF_HOME", value: "/tmp/huggingface" },
          { name: "HF_HUB_DISABLE_PROGRESS_BARS", value: "1" },
          { name: "HF_HUB_DISABLE_TELEMETRY", value: "1" },
          { name: "NO_COLOR", value: "1" },
          {
            name: hfTokenSecret.key,
            valueFrom: { secretKeyRef: { ...hfTokenSecret, optional: !target.model.gated } },
          },
        ],
        resources: { requests: { cpu: "1", memory: "2Gi" }, limits: { cpu: "4", memory: "8Gi" } },
        securityContext: containerSecurityContext({ readOnlyRoot: false }),
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          { name: "model-cache", mountPath: modelMount },
          { name: "script", mountPath: "/llm-bench/script", readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "model-cache", persistentVolumeClaim: { claimName } },
      { name: "script", configMap: { name: script } },
      { name: "tmp", emptyDir: { sizeLimit: "5Gi" } },
    ],
  };
}
