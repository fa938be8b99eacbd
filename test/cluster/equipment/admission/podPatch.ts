import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { quantity } from "../../../../cluster/quantity.ts";
import { gpuVariable, vllmImage } from "../vllm/image.ts";

/** One step of a JSON patch (RFC 6902). */
export interface PatchStep {
  readonly op: "add" | "replace";
  readonly path: string;
  readonly value: unknown;
}

/** The most that one container may ask for on the test's node. */
export const most = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "1", memory: "1Gi" },
} as const;

/**
 * What OpenShift's admission gives to pods that name no user (security context constraint restricted-v2: user and group
 * from the range of the namespace, docs.openshift.com, "Managing security context constraints").
 */
export const openshiftId = 1_000_680_000;

/**
 * Makes a pod for a GPU node fit a small one: CPU and memory above `most` come down to it, and nothing else changes.
 * @param platform "ocp": a user id as well, where the pod has none
 * @param gpu told to the stand-in for vLLM; null: it is not there
 */
export function podPatch(pod: V1Pod, platform: string, gpu: string | null = null): PatchStep[] {
  const { containers = [], initContainers = [], securityContext } = pod.spec ?? {};
  return [
    ...containers.flatMap((container, i) => containerPatch(container, `/spec/containers/${i}`)),
    ...initContainers.flatMap((container, i) => containerPatch(container, `/spec/initContainers/${i}`)),
    ...(gpu === null ? [] : containers.flatMap((container, i) => gpuPatch(container, `/spec/containers/${i}`, gpu))),
    ...(platform === "ocp" ? userPatch(securityContext) : []),
  ];
}

function containerPatch({ resources }: V1Container, path: string): PatchStep[] {
  return (["requests", "limits"] as const).flatMap((kind) =>
    (["cpu", "memory"] as const).flatMap((resource): PatchStep[] => {
      const asked = resources?.[kind]?.[resource];
      const allowed = most[kind][resource];
      if (asked === undefined || quantity(asked) <= quantity(allowed)) return [];
      return [{ op: "replace", path: `${path}/resources/${kind}/${resource}`, value: allowed }];
    }),
  );
}

function gpuPatch({ image, env }: V1Container, path: string, gpu: string): PatchStep[] {
  if (image !== vllmImage) return [];
  const variable = { name: gpuVariable, value: gpu };
  return [
    env === undefined
      ? { op: "add", path: `${path}/env`, value: [variable] }
      : { op: "add", path: `${path}/env/-`, value: variable },
  ];
}

function userPatch(context: NonNullable<V1Pod["spec"]>["securityContext"]): PatchStep[] {
  if (context === undefined) return [{ op: "add", path: "/spec/securityContext", value: user }];
  return Object.entries(user)
    .filter(([key]) => context[key as keyof typeof user] === undefined)
    .map(([key, value]) => ({ op: "add", path: `/spec/securityContext/${key}`, value }));
}

const user = { runAsUser: openshiftId, fsGroup: openshiftId };
