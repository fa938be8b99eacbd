import { chartOf } from "../manifests/llmd/charts.ts";
import type { LlmdSettings, RoleSettings } from "../scenario/llmd.ts";
import { engineOfRole, type Role } from "../scenario/llmdRoles.ts";
import type { LlmdTarget } from "../scenario/scenario.ts";
import { isSimulated } from "../scenario/simulated.ts";
import { chartNames } from "./chartFolders.ts";
import { fitText } from "./fitText.ts";

/** What stands behind an llm-d's one address: pods of each role, who chooses among them, and where all that comes from. */
export function describeLlmd(target: LlmdTarget): string[] {
  const { llmd, gpu } = target;
  const roles = (["decode", "prefill"] as const).filter((role) => llmd[role] !== null);
  return [
    ...roles.map((role) => {
      const { fit } = engineOfRole(target, role);
      const settings = llmd[role] as RoleSettings;
      const gpus = settings.tensorParallel * settings.dataParallel;
      return `${rolePods(role, settings, isSimulated(target) ? null : gpu.name)}; ${fitText(fit, gpu, gpus)}`;
    }),
    `${gatewayText(llmd)}; ${routingText(llmd)}`,
    chartsText(llmd),
  ];
}

function rolePods(role: Role, { replicas, dataParallel, nodes, gpusPerPod }: RoleSettings, gpu: string | null): string {
  const pods = replicas * nodes;
  const each = gpu === null ? "" : ` with ${gpusPerPod} x ${gpu}`;
  const copies = dataParallel > 1 ? `, data parallel ${dataParallel}` : "";
  return `${role}: ${pods} ${pods === 1 ? "pod" : "pods"}${each}${nodes > 1 ? `, ${nodes} nodes a replica` : ""}${copies}`;
}

function gatewayText({ gateway, gatewayClass }: LlmdSettings): string {
  if (gateway === "none") return "no gateway: the endpoint picker's own proxy";
  return `gateway ${gateway}${gatewayClass === gateway ? "" : ` (class ${gatewayClass})`}`;
}

function routingText({ plugins, prefill, prefillThreshold, routing }: LlmdSettings): string {
  if (plugins !== null) return "routing by llmd.plugins";
  return `routing ${routing}${prefill ? `, prefill pods from ${prefillThreshold} uncached prompt tokens on` : ""}`;
}

function chartsText(llmd: LlmdSettings): string {
  const { charts } = llmd;
  const listed = chartNames(llmd).map((name) => [name, chartOf(name, charts).version].filter(Boolean).join(" "));
  return `charts ${listed.join(", ")}${charts === null ? "" : `, from ${charts}`}`;
}
