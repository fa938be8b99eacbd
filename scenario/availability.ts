import { type Gpu, gpus } from "./gpus.ts";
import type { Method, PlatformName } from "./scenario.ts";

/** Methods that can work on a platform, and why the others cannot. */
export const methodsOf: Readonly<Record<PlatformName, readonly Method[]>> = {
  gke: ["standalone", "llm-d", "existing", "simulated"],
  ocp: ["standalone", "llm-d", "existing", "simulated"],
  kind: ["existing", "simulated"],
  local: ["existing", "simulated"],
};

export const whyNotMethod: Readonly<Record<"kind" | "local", string>> = {
  kind: "a kind cluster has no GPU to deploy vLLM on",
  local: "there is no cluster to deploy to",
};

/** GPUs that nodes of the platform can have. Simulated engines may have any GPU anywhere. */
export function gpusOf(platform: PlatformName): readonly Gpu[] {
  if (platform === "gke") return gpus.filter((gpu) => gpu.labels.gke !== null);
  return platform === "ocp" ? gpus : [];
}
