import { weightBytes } from "./modelSize.ts";
import { bytesOf } from "./quantity.ts";
import type { LlmdTarget, StandaloneTarget, Target } from "./scenario.ts";
import type { Config } from "./schema.ts";
import { isSimulated } from "./simulated.ts";
import type { TargetSource } from "./targetSource.ts";
import type { Problem } from "./userError.ts";

type Fail = (problem: Omit<Problem, "file">) => never;

/** Volumes with models against the pods that mount them; throws the first UserError. */
export function checkStorage(
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
