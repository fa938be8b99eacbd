import { resolveEngine } from "./engineChecks.ts";
import { checkFit } from "./fitCheck.ts";
import type { Copies } from "./fitProblem.ts";
import type { Gpu } from "./gpus.ts";
import type { GatewayProvider, LlmdSettings, RoleSettings } from "./llmd.ts";
import { checkLlmd } from "./llmdChecks.ts";
import { checkRole } from "./llmdRoleChecks.ts";
import { engineOfRole, type Role, roleSource } from "./llmdRoles.ts";
import type { Model } from "./models.ts";
import type { LlmdTarget, PlatformName, SimulatorSettings } from "./scenario.ts";
import type { TargetSource } from "./targetSource.ts";

const gatewayOf: Readonly<Record<PlatformName, GatewayProvider>> = {
  gke: "gke",
  ocp: "istio",
  kind: "none",
  local: "none",
};

/** As the providers name them. GKE's: the load generator is inside the VPC, and an engine has no place on the internet. */
const classOf: Readonly<Record<GatewayProvider, string | null>> = {
  none: null,
  istio: "istio",
  agentgateway: "agentgateway",
  gke: "gke-l7-rilb",
};

/** What a target has beside its name, model, GPU and price. Throws the first UserError. */
export function resolveLlmd(
  source: TargetSource,
  platform: PlatformName,
  { gpu, model, choices }: { readonly gpu: Gpu; readonly model: Model; readonly choices: readonly Gpu[] },
  simulator: SimulatorSettings | null,
  file: string,
): Pick<LlmdTarget, "engine" | "gpuCount" | "llmd" | "fit"> {
  const given = source.llmd;
  const gateway = given.gateway ?? gatewayOf[platform];
  const gatewayClass = given.gatewayClass ?? classOf[gateway];
  checkLlmd(source, platform, gpu, { gateway, gatewayClass }, file);
  const parts = { gpu, model, choices };
  const decode = resolveRole(source, "decode", parts, file);
  const prefill = given.prefill === undefined ? null : resolveRole(source, "prefill", parts, file);
  const llmd: LlmdSettings = {
    gateway,
    gatewayClass,
    router: given.router ?? "inferencepool",
    routing: given.routing ?? "prefix-aware",
    plugins: given.plugins ?? null,
    endpointPicker: {
      // The charts ask for four cores: more than a laptop's cluster can spare.
      cpu: given.endpointPicker?.cpu ?? (platform === "kind" ? 0.1 : 4),
      memory: given.endpointPicker?.memory ?? (platform === "kind" ? "256Mi" : "8Gi"),
    },
    prefillThreshold: prefill === null || given.plugins !== undefined ? null : (given.prefillThreshold ?? 16),
    decode: decode.settings,
    prefill: prefill?.settings ?? null,
    charts: given.charts ?? null,
    simulator,
  };
  const engine = { ...decode.engine, extraArgs: source.engine.extraArgs ?? [] };
  const { fit } = engineOfRole({ name: source.name, engine, gpu, model, llmd }, "decode");
  return { engine, gpuCount: decode.settings.nodes * decode.settings.gpusPerPod, llmd, fit };
}

function resolveRole(
  source: TargetSource,
  role: Role,
  { gpu, model, choices }: { readonly gpu: Gpu; readonly model: Model; readonly choices: readonly Gpu[] },
  file: string,
): { readonly engine: LlmdTarget["engine"]; readonly settings: RoleSettings } {
  const own = roleSource(source, role);
  const { dataParallel, nodes, extraArgs } = own;
  const { engine } = resolveEngine(own.source, gpu, model, file);
  checkRole(own, engine, source, { gpu, model }, file);
  const { replicas, tensorParallel, cpu, memory } = engine;
  const gpusPerPod = (tensorParallel * dataParallel) / nodes;
  const copies: Copies = { dataParallel, tensorParallelKey: own.key("tensorParallel") };
  const all = { ...engine, extraArgs: [...engine.extraArgs, ...extraArgs] };
  checkFit(own.source, gpu, model, all, choices, file, copies);
  return { engine, settings: { replicas, tensorParallel, dataParallel, nodes, gpusPerPod, cpu, memory, extraArgs } };
}
