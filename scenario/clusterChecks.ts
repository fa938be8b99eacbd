import { weightBytes } from "./modelSize.ts";
import { bytesOf } from "./quantity.ts";
import type { LlmdTarget, StandaloneTarget, Target } from "./scenario.ts";
import type { Config } from "./schema.ts";
import { isSimulated } from "./simulated.ts";
import type { SecretsPresent } from "./target.ts";
import type { TargetSource } from "./targetSource.ts";
import { type Problem, show } from "./userError.ts";

type Fail = (problem: Omit<Problem, "file">) => never;

/** Settings of the cluster against each other, the platform and the engines; throws the first UserError. */
export function checkCluster(
  config: Config,
  sources: readonly TargetSource[],
  targets: readonly Target[],
  secrets: SecretsPresent,
  fail: Fail,
): void {
  checkLogin(config, secrets, fail);
  if (config.platform === "local") return;
  checkStorage(config, sources, targets, fail);
  checkMig(config, targets, fail);
  checkAccess(config, targets, fail);
}

function checkLogin({ cluster = {} }: Config, { hasClusterToken }: SecretsPresent, fail: Fail): void {
  const { host, context, certificateAuthority } = cluster;
  if (host === undefined) {
    if (hasClusterToken)
      fail({
        key: "clusterToken",
        value: "(hidden)",
        allowed: null,
        reason: "it is for cluster.host, which is not given",
        next: "Add cluster.host, or remove it: a kubeconfig brings its own login.",
      });
    if (certificateAuthority !== undefined)
      fail({
        key: "cluster.certificateAuthority",
        value: certificateAuthority,
        allowed: null,
        reason: "it is for cluster.host, which is not given; a kubeconfig brings its own",
        next: "Remove it, or add cluster.host.",
      });
    return;
  }
  const url = URL.parse(host);
  if (url?.protocol !== "https:" || url.username || url.password || url.search || url.hash)
    fail({
      key: "cluster.host",
      value: url?.username || url?.password ? "https://... (rest hidden)" : host,
      allowed: "https://host:port",
      reason: "it is no address of an API server",
      next: "Correct it; the token goes into the secret clusterToken.",
    });
  if (context !== undefined && context !== "auto")
    fail({
      key: "cluster.context",
      value: context,
      allowed: null,
      reason: `cluster.host (${host}) names a cluster as well`,
      next: "Remove one of the two.",
    });
  if (!hasClusterToken)
    fail({
      key: "clusterToken",
      value: undefined,
      allowed: "a token that the API server accepts",
      reason: "nobody can log in to cluster.host without it",
      next: "Run: pulumi config set --secret llm-bench:clusterToken",
    });
}

function checkStorage(
  { platform, cluster = {} }: Config,
  sources: readonly TargetSource[],
  targets: readonly Target[],
  fail: Fail,
): void {
  const { modelStorage } = cluster;
  const { claim, size, storageClass, accessMode = "ReadWriteOnce" } = modelStorage ?? {};
  const loading = targets.filter(loadsModel);
  if (modelStorage && loading.length === 0)
    fail({
      key: "cluster.modelStorage",
      value: modelStorage,
      allowed: null,
      reason: "no engine of this stack loads a model",
      next: "Remove it.",
    });
  const unused = (["size", "storageClass"] as const).find((key) => modelStorage?.[key] !== undefined);
  if (claim !== undefined && unused)
    fail({
      key: `cluster.modelStorage.${unused}`,
      value: modelStorage?.[unused],
      allowed: null,
      reason: `the claim ${claim} is there already and keeps what it has`,
      next: "Remove it, or claim.",
    });
  const several = targets.findIndex((target) => loadsModel(target) && podsOf(target) > 1);
  if (accessMode === "ReadWriteOnce" && several >= 0)
    fail({
      ...severalPods(sources[several]!, targets[several] as LoadingTarget),
      next: "Set accessMode to ReadWriteMany, with a storageClass that has it.",
    });
  if (accessMode === "ReadWriteOnce" && claim !== undefined && loading.length > 1)
    fail({
      key: "cluster.modelStorage.claim",
      value: claim,
      allowed: null,
      reason: `${loading.length} engines would mount it, mostly on two nodes, and accessMode is ReadWriteOnce`,
      next: "Set accessMode to ReadWriteMany if the claim has it, or remove claim: each engine gets its own.",
    });
  if (accessMode === "ReadWriteMany" && platform === "gke" && !claim && !storageClass && !cluster.storageClass)
    fail({
      key: "cluster.modelStorage.accessMode",
      value: accessMode,
      allowed: "ReadWriteOnce, or ReadWriteMany with a storageClass",
      reason: "the default class of GKE (premium-rwo) is for one node",
      next: "Add cluster.modelStorage.storageClass, such as standard-rwx (Filestore bills at least 1 TiB).",
    });
  const biggest = loading.toSorted((a, b) => weightBytes(b.model) - weightBytes(a.model))[0];
  if (size !== undefined && biggest && bytesOf(size) < weightBytes(biggest.model))
    fail({
      key: "cluster.modelStorage.size",
      value: size,
      allowed: `more than ${Math.ceil(weightBytes(biggest.model) / 2 ** 30)}Gi`,
      reason: `the weights of ${biggest.model.alias} alone do not fit`,
      next: "Raise it, or remove it.",
    });
}

type LoadingTarget = StandaloneTarget | LlmdTarget;

function loadsModel(target: Target): target is LoadingTarget {
  return target.method === "standalone" || (target.method === "llm-d" && !isSimulated(target));
}

/** Pods that mount the model's volume. */
function podsOf(target: LoadingTarget): number {
  if (target.method === "standalone") return target.engine.replicas;
  const { decode, prefill } = target.llmd;
  return decode.replicas * decode.nodes + (prefill ? prefill.replicas * prefill.nodes : 0);
}

/** Which setting it is that makes more than one pod. */
function severalPods({ key, llmd }: TargetSource, target: LoadingTarget): Omit<Problem, "file" | "next"> {
  const { replicas } = target.engine;
  const allowed = "1, or any with cluster.modelStorage.accessMode ReadWriteMany";
  const reason = "replicas run on several nodes, and a ReadWriteOnce volume with the model can be on one only";
  if (target.method === "llm-d" && target.llmd.prefill !== null)
    return {
      key: key("llmd", "prefill"),
      value: llmd.prefill,
      allowed: "with cluster.modelStorage.accessMode ReadWriteMany",
      reason:
        "prefill and decode pods run on several nodes, and a ReadWriteOnce volume with the model can be on one only",
    };
  if (target.method === "llm-d" && target.llmd.decode.nodes > 1)
    return { key: key("llmd", "decode.nodes"), value: target.llmd.decode.nodes, allowed, reason };
  const own = target.method === "llm-d" && llmd.decode?.replicas !== undefined;
  return { key: own ? key("llmd", "decode.replicas") : key("engine", "replicas"), value: replicas, allowed, reason };
}

function checkMig({ platform, cluster = {} }: Config, targets: readonly Target[], fail: Fail): void {
  if (cluster.migStrategy !== "mixed") return;
  if (platform !== "ocp")
    fail({
      key: "cluster.migStrategy",
      value: "mixed",
      allowed: "single",
      reason: `platform ${platform} offers slices as nvidia.com/gpu, selected by a node label`,
      next: "Remove it.",
    });
  if (!targets.some((target) => !isSimulated(target) && target.gpu?.mig))
    fail({
      key: "cluster.migStrategy",
      value: "mixed",
      allowed: null,
      reason: "no engine of this stack runs on a MIG slice",
      next: "Remove it, or set gpu to a slice such as h100-80-mig-3g.40gb.",
    });
}

function checkAccess({ platform, cluster = {}, mode }: Config, targets: readonly Target[], fail: Fail): void {
  const existing = targets.every(({ method }) => method === "existing");
  for (const key of ["monitoring", "expose"] as const) {
    if (cluster[key] !== true) continue;
    const platforms = key === "expose" ? ["ocp"] : ["gke", "ocp"];
    if (!platforms.includes(platform))
      fail({
        key: `cluster.${key}`,
        value: true,
        allowed: "false",
        reason: `platform ${platform} has ${key === "expose" ? "no Routes" : "no Prometheus of its own"}`,
        next: key === "expose" ? "Remove it; kubectl port-forward reaches an engine." : "Remove it.",
      });
    if (existing)
      fail({
        key: `cluster.${key}`,
        value: true,
        allowed: "false",
        reason: "every engine of this stack was deployed by other means",
        next: "Remove it.",
      });
  }
  if (mode === "standup" && existing)
    fail({
      key: "mode",
      value: "standup",
      allowed: "benchmark, debug",
      reason: "every engine of this stack runs already, so there is nothing to set up",
      next: "Remove it, or add a target to deploy.",
    });
}

export function checkLocalMode({ mode }: Config, fail: Fail): void {
  if (mode === undefined || mode === "benchmark") return;
  fail({
    key: "mode",
    value: mode,
    allowed: "benchmark",
    reason: `on platform local engines live only as long as a run, so ${show(mode)} would leave nothing behind`,
    next: "Remove it, or choose platform gke, ocp or kind.",
  });
}
