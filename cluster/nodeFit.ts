import type { V1Container, V1Node, V1PodSpec, V1Taint, V1Toleration } from "@kubernetes/client-node";
import { quantity, showQuantity } from "./quantity.ts";

/** What one pod needs of a node; amounts as plain numbers (cores, bytes, devices). */
export interface Demand {
  readonly selector: Readonly<Record<string, string>>;
  readonly tolerations: readonly V1Toleration[];
  readonly requests: Readonly<Record<string, number>>;
}

/** As the scheduler counts: all containers and sidecars together, or one init container if that asks for more; plus overhead. */
export function demandOf(spec: V1PodSpec): Demand {
  const requests: Record<string, number> = {};
  const isSidecar = ({ restartPolicy }: V1Container) => restartPolicy === "Always";
  const inits = spec.initContainers ?? [];
  for (const { resources } of [...spec.containers, ...inits.filter(isSidecar)]) {
    for (const [name, amount] of Object.entries({ ...resources?.limits, ...resources?.requests })) {
      requests[name] = (requests[name] ?? 0) + quantity(amount);
    }
  }
  for (const { resources } of inits.filter((one) => !isSidecar(one))) {
    for (const [name, amount] of Object.entries({ ...resources?.limits, ...resources?.requests })) {
      requests[name] = Math.max(requests[name] ?? 0, quantity(amount));
    }
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    requests[name] = (requests[name] ?? 0) + quantity(amount);
  }
  return { selector: spec.nodeSelector ?? {}, tolerations: spec.tolerations ?? [], requests };
}

export function hasLabels(node: V1Node, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => node.metadata?.labels?.[key] === value);
}

/** Taints that keep a pod away from a node. PreferNoSchedule does not. */
export function untolerated(node: V1Node, tolerations: readonly V1Toleration[]): V1Taint[] {
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");
  return taints.filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates(toleration: V1Toleration, taint: V1Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === "Exists") return true;
  // Without a key, only Exists tolerates everything.
  return toleration.key !== undefined && (toleration.value ?? "") === (taint.value ?? "");
}

export function allocatable(node: V1Node, resource: string): number {
  return quantity(node.status?.allocatable?.[resource] ?? "0");
}

/**
 * Why no node could ever take such a pod, even with nothing else on it; null when one could. The first cause that rules
 * all of them out: label, then taint, then amount.
 */
export function whyNoNode(nodes: readonly V1Node[], demand: Demand): { message: string; next: string } | null {
  const all = `${nodes.length} nodes`;
  for (const [key, value] of Object.entries(demand.selector)) {
    if (nodes.some((node) => hasLabels(node, { [key]: value }))) continue;
    const others = [...new Set(nodes.flatMap((node) => node.metadata?.labels?.[key] ?? []))].sort();
    const instead = others.length === 0 ? "none has that key" : `nodes with that key have ${others.join(", ")}`;
    return {
      message: `0 of ${all} have the label ${key}=${value}; ${instead}`,
      next: others.length === 0 ? noSuchHardware : `set "gpu" to what the nodes have, or add a node pool of that kind`,
    };
  }
  const labelled = nodes.filter((node) => hasLabels(node, demand.selector));
  if (labelled.length === 0) {
    const wanted = Object.entries(demand.selector).map(([key, value]) => `${key}=${value}`);
    return { message: `0 of ${all} have all of the labels ${wanted.join(", ")}`, next: noSuchHardware };
  }
  const open = labelled.filter((node) => untolerated(node, demand.tolerations).length === 0);
  if (open.length === 0) {
    const taints = new Set(labelled.flatMap((node) => untolerated(node, demand.tolerations).map(showTaint)));
    return {
      message: `of ${labelled.length} fitting nodes all keep this pod away by a taint: ${[...taints].join(", ")}`,
      next: "take the taint off, wait until the nodes are ready, or use other nodes",
    };
  }
  for (const [resource, amount] of Object.entries(demand.requests)) {
    const most = Math.max(...open.map((node) => allocatable(node, resource)));
    if (amount <= most) continue;
    return {
      message: `it asks for ${what(resource, amount)}, the largest of ${open.length} fitting nodes has ${what(resource, most)}`,
      next: nextFor(resource),
    };
  }
  return null;
}

export function nextFor(resource: string): string {
  if (resource === "cpu" || resource === "memory") {
    return "ask for less (harnessSettings.cpu, harnessSettings.memory; engine.cpu, engine.memory), or add larger nodes";
  }
  return "ask for fewer GPUs (gpuCount, engine.replicas), free some, or add nodes; is the GPU driver or operator installed?";
}

export function what(resource: string, amount: number): string {
  const shown = showQuantity(resource, amount);
  if (resource === "cpu") return shown;
  return resource === "memory" ? `${shown} of memory` : `${shown} ${resource}`;
}

function showTaint({ key, value, effect }: V1Taint): string {
  return `${key}${value ? `=${value}` : ""}:${effect}`;
}

const noSuchHardware =
  'add a node pool with that GPU, choose another "gpu" or platform, or install the operator that labels nodes';
