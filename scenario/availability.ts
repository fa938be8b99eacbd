import { type Gpu, gpus } from "./gpus.ts";
import type { Method, PlatformName } from "./scenario.ts";

/** Methods that can work on a platform. */
export const methodsOf: Readonly<Record<PlatformName, readonly Method[]>> = {
  gke: ["standalone", "llm-d", "existing", "simulated"],
  ocp: ["standalone", "llm-d", "existing", "simulated"],
  kind: ["llm-d", "existing", "simulated"],
  local: ["existing", "simulated"],
};

/** Why a platform's list lacks a method. */
export const whyNotMethod: Readonly<Record<"kind" | "local", string>> = {
  kind: "platform kind has no GPU to deploy an engine on",
  local: "platform local has no cluster to deploy an engine to",
};

/** GPUs that nodes of the platform can have. Simulated engines may have any GPU anywhere. */
export function gpusOf(platform: PlatformName): readonly Gpu[] {
  if (platform === "gke") return gpus.filter((gpu) => gpu.labels.gke !== null);
  return platform === "ocp" ? gpus : [];
}

/** Names for a message, slices in braces: 22 full names would bury the sentence around them. */
export function gpuNames(list: readonly Gpu[]): string {
  const slices = (parent: string) => list.flatMap(({ mig }) => (mig?.parent === parent ? [mig.profile] : []));
  return list
    .filter(({ mig }) => mig === null)
    .map(({ name }) => (slices(name).length > 0 ? `${name}, ${name}-mig-{${slices(name).join(",")}}` : name))
    .join(", ");
}
