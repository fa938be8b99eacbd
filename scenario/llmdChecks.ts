import type { Gpu } from "./gpus.ts";
import type { LlmdSettings } from "./llmd.ts";
import { checkPlugins } from "./llmdPlugins.ts";
import type { LlmdConfig } from "./llmdSchema.ts";
import type { PlatformName } from "./scenario.ts";
import type { TargetSource } from "./targetSource.ts";
import { type Problem, UserError } from "./userError.ts";

/** Keys of `llmd` against each other, the platform and the GPU; throws the first UserError. Roles: checkRole. */
export function checkLlmd(
  source: TargetSource,
  platform: PlatformName,
  gpu: Gpu,
  chosen: Pick<LlmdSettings, "gateway" | "gatewayClass">,
  file: string,
): void {
  const fail = (problem: Omit<Problem, "file">): never => {
    throw new UserError({ ...problem, file });
  };
  const key = (name: keyof LlmdConfig) => source.key("llmd", name);
  checkGateway(source, platform, chosen, fail);
  const { plugins, prefill, prefillThreshold, routing } = source.llmd;
  if (routing !== undefined && plugins !== undefined)
    fail({
      key: key("routing"),
      value: routing,
      allowed: null,
      reason: "it names a preset, and llmd.plugins is a configuration in place of the presets",
      next: "Remove one of the two.",
    });
  checkPlugins(source, file);
  if (prefillThreshold !== undefined && prefill === undefined)
    fail({
      key: key("prefillThreshold"),
      value: prefillThreshold,
      allowed: null,
      reason: "there are no prefill pods for which prompts could be long enough",
      next: "Add llmd.prefill ({} takes decode's settings), or remove it.",
    });
  if (prefillThreshold !== undefined && plugins !== undefined)
    fail({
      key: key("prefillThreshold"),
      value: prefillThreshold,
      allowed: null,
      reason: "it is a parameter of the preset, and llmd.plugins is a configuration in place of it",
      next: "Remove it, and set the threshold of the decider in llmd.plugins.",
    });
  const { loadFormat } = source.engine;
  if (loadFormat !== undefined && loadFormat !== "safetensors")
    fail({
      key: source.key("engine", "loadFormat"),
      value: loadFormat,
      allowed: "safetensors",
      reason:
        "it needs a preparation in the engine's pod (a package installed, a copy of the model written), which only standalone engines have",
      next: "Remove it, or set method to standalone.",
    });
  // Slices have neither peer-to-peer access nor CUDA IPC: NIXL would copy each KV cache through the host's memory.
  if (gpu.mig && prefill !== undefined)
    fail({
      key: source.key("gpu"),
      value: gpu.name,
      allowed: `${gpu.mig.parent}, or a slice without llmd.prefill`,
      reason:
        "prefill pods hand KV caches over to decode pods, and MIG slices cannot read each other's memory: it would all go through the host, and that would be measured",
      next: `Set gpu to ${gpu.mig.parent}, or remove llmd.prefill.`,
    });
  if (source.simulated) checkSimulatedLlmd(source, fail);
}

function checkGateway(
  { key, llmd }: TargetSource,
  platform: PlatformName,
  { gateway, gatewayClass }: Pick<LlmdSettings, "gateway" | "gatewayClass">,
  fail: (problem: Omit<Problem, "file">) => never,
): void {
  if (gateway === "gke" && platform !== "gke")
    fail({
      key: key("llmd", "gateway"),
      value: gateway,
      allowed: "none, istio, agentgateway",
      reason: `its controller is part of GKE, and the platform is ${platform}`,
      next: "Choose one of these.",
    });
  if (llmd.gatewayClass === undefined) return;
  if (gateway === "none")
    fail({
      key: key("llmd", "gatewayClass"),
      value: gatewayClass,
      allowed: null,
      reason: "with llmd.gateway none there is no Gateway that could have a class",
      next: "Remove it, or choose another llmd.gateway.",
    });
  const ofGke = gatewayClass?.startsWith("gke-") ?? false;
  if (ofGke !== (gateway === "gke"))
    fail({
      key: key("llmd", "gatewayClass"),
      value: gatewayClass,
      allowed:
        gateway === "gke" ? "gke-l7-rilb, gke-l7-regional-external-managed" : `one whose controller is ${gateway}'s`,
      reason: ofGke
        ? `GKE's controller serves it, and llmd.gateway is ${gateway}`
        : "llmd.gateway is gke, whose controller serves classes that begin with gke-",
      next: "Remove it, or choose the other llmd.gateway.",
    });
}

/** The simulated engine has one copy of the weights, hands no KV cache over, and takes no arguments. */
function checkSimulatedLlmd({ key, llmd }: TargetSource, fail: (problem: Omit<Problem, "file">) => never): void {
  if (llmd.prefill !== undefined)
    fail({
      key: key("llmd", "prefill"),
      value: llmd.prefill,
      allowed: null,
      reason:
        "engines of platform kind are simulated ones, which read each prompt where they answer it: disaggregation would only cost",
      next: "Remove it, or choose platform gke or ocp.",
    });
  for (const name of ["dataParallel", "nodes", "extraArgs"] as const) {
    const value = llmd.decode?.[name];
    if (value === undefined || value === 1) continue;
    fail({
      key: key("llmd", `decode.${name}`),
      value,
      allowed: null,
      reason: "engines of platform kind are simulated ones, which have no such setting",
      next: name === "extraArgs" ? "Remove it." : "Remove it; more engines are llmd.decode.replicas.",
    });
  }
}
