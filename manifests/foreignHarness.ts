import type { V1Container, V1EnvVar } from "@kubernetes/client-node";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { harnessImage } from "../workloads/adapterOf.ts";
import { type ForeignWorkload, processOf, tokenizerOf } from "../workloads/index.ts";
import { codeMount } from "./codeConfigMap.ts";
import {
  apiKeyEnv,
  configMount,
  fromSecret,
  type HarnessPod,
  harnessProgram,
  type ManifestRun,
  waitReadySeconds,
} from "./harnessPod.ts";
import { nodeImageOf } from "./images.ts";
import type { EngineEndpoint } from "./kubernetesObject.ts";
import { modelCacheManifests } from "./modelCache.ts";
import { hfTokenSecret, modelMount, resultsMount, resultsPath } from "./names.ts";
import { clusterOf, engineNamespace, harnessNamespace } from "./namespaces.ts";
import { containerSecurityContext } from "./podSecurity.ts";

/** The pod of a harness that is not ours: first our program asks the engine who it is, then the harness's own image runs. */
export function foreignHarness(
  scenario: Scenario,
  workload: ForeignWorkload,
  run: ManifestRun,
  endpoint: EngineEndpoint,
): HarnessPod {
  const { url, servedModel, apiKeySecret } = endpoint;
  const cached = cachedTokenizer(scenario, run.target);
  const process = processOf(scenario, workload, run, {
    endpoint: { url, servedModel, apiKeyEnv: apiKeySecret === null ? null : apiKeyEnv },
    tokenizer: cached?.path ?? tokenizerOf(scenario, run.target),
    configFolder: configMount,
    resultsFolder: `${resultsMount}/${resultsPath(scenario, run)}`,
  });
  const key: V1EnvVar[] =
    apiKeySecret === null || process.apiKeyEnv === null ? [] : [fromSecret(process.apiKeyEnv, { ...apiKeySecret })];
  const given = Object.entries({ ...surroundings, ...process.env }).map(([name, value]): V1EnvVar => ({ name, value }));
  const token = cached === null ? [tokenEnv(scenario, run.target)] : [];
  return {
    files: process.files,
    initContainers: [whoIsIt(scenario, run, endpoint)],
    image: harnessImage(scenario) as string,
    command: process.command,
    // PID 1 of a container ignores signals that it has no handler for.
    sleeping: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 60 & wait $!; done"],
    env: [...given, ...key, ...token],
    workingDir: "/tmp",
    volumeMounts: cached === null ? [] : [{ name: "model-cache", mountPath: modelMount, readOnly: true }],
    volumes:
      cached === null
        ? []
        : [{ name: "model-cache", persistentVolumeClaim: { claimName: cached.claim, readOnly: true } }],
    temporary: "5Gi",
  };
}

/** The root of the image is read-only, and its user may be one that /etc/passwd does not know: all that is written goes to /tmp. */
const surroundings = {
  HOME: "/tmp",
  USER: "llmbench",
  HF_HOME: "/tmp/huggingface",
  HF_HUB_DISABLE_TELEMETRY: "1",
  XDG_CACHE_HOME: "/tmp/cache",
  PYTHONUNBUFFERED: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

/**
 * A volume that several nodes may mount has the tokenizer beside the weights. One for a single node must not bring the load
 * generator to the engine's node: then the tokenizer, a few MB, comes from the hub.
 */
function cachedTokenizer(scenario: Scenario, target: Target): { path: string; claim: string } | null {
  if (target.method !== "standalone" || scenario.harness.tokenizer !== null) return null;
  if (clusterOf(scenario).modelStorage.accessMode !== "ReadWriteMany") return null;
  if (harnessNamespace(scenario) !== engineNamespace(scenario)) return null;
  const { modelPath, claimName } = modelCacheManifests(scenario, target);
  return { path: modelPath, claim: claimName };
}

function tokenEnv({ harness }: Scenario, target: Target): V1EnvVar {
  const needed = target.method !== "existing" && target.model.gated && harness.tokenizer === null;
  return fromSecret(hfTokenSecret.key, { ...hfTokenSecret, optional: !needed });
}

/** Waits for the engine, and keeps what it says of itself: that it is simulated, above all. */
function whoIsIt(
  scenario: Scenario,
  run: ManifestRun,
  { url, servedModel, apiKeySecret }: EngineEndpoint,
): V1Container {
  const key = apiKeySecret === null ? [] : ["--api-key-env", apiKeyEnv];
  return {
    name: "engine-identity",
    image: nodeImageOf(scenario),
    command: [
      ...["node", harnessProgram, "--identify", url, "--model", servedModel, ...key],
      ...["--out", `${resultsMount}/${resultsPath(scenario, run)}`],
      ...["--wait-ready", String(waitReadySeconds), "--progress", "human"],
    ],
    env: apiKeySecret === null ? [] : [fromSecret(apiKeyEnv, { ...apiKeySecret })],
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    securityContext: containerSecurityContext({ readOnlyRoot: true }),
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "results", mountPath: resultsMount },
      { name: "code", mountPath: codeMount, readOnly: true },
    ],
  };
}
