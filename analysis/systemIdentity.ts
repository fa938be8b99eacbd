import type { ExistingTarget, Target } from "../scenario/scenario.ts";
import type { Run } from "./run.ts";

/** Stands where nothing recorded says which one it was. */
export const unknownModel = "unknown model";

/** What was measured, in the words of a title. */
export interface SystemIdentity {
  readonly model: string;
  readonly hardware: string;
}

/**
 * From the recorded scenario, which may come from another version of this project or from none: every step is checked,
 * and what is not known is said.
 */
export function systemIdentity(run: Run): SystemIdentity {
  const target = recordedTarget(run);
  const served = run.plan?.target.model ?? run.startup?.model ?? undefined;
  if (target === null) return { model: served ?? unknownModel, hardware: "unknown hardware" };
  if (target.method === "existing") return { model: served ?? target.servedModel, hardware: "hardware not recorded" };
  const gpus = gpusOf(target);
  return {
    model: target.model?.name ?? served ?? unknownModel,
    hardware: run.simulated ? `${gpus} (simulated)` : gpus,
  };
}

function gpusOf(target: Exclude<Target, ExistingTarget>): string {
  const gpu = target.gpu?.name ?? "unknown GPU";
  const several = (count: number, each: string) => (count > 1 ? `${count} replicas of ${each}` : each);
  if (target.method === "llm-d" && target.llmd?.prefill) {
    const roles = [target.llmd.decode, target.llmd.prefill].map(({ replicas, nodes, gpusPerPod }) =>
      several(replicas, `${nodes * gpusPerPod} x ${gpu}`),
    );
    return `decode ${roles[0]}, prefill ${roles[1]}`;
  }
  return several(target.engine?.replicas ?? 1, `${target.gpuCount ?? "?"} x ${gpu}`);
}

/** Names of the targets as the scenario declares them; empty where there is no scenario. */
export function declaredTargets(run: Run): string[] {
  return targets(run).flatMap((target) => (typeof target?.name === "string" ? [target.name] : []));
}

/** The target of the run as its scenario records it; null where there is none. */
export function recordedTarget(run: Run): Target | null {
  return targets(run).find((target) => target?.name === run.target) ?? null;
}

function targets(run: Run): Target[] {
  const { scenario } = run.provenance;
  if (typeof scenario !== "object" || scenario === null || !("targets" in scenario)) return [];
  return Array.isArray(scenario.targets) ? scenario.targets : [];
}
