import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { gpuPlacement } from "../gpuPlacement.ts";
import { type Role, rolesOf } from "./pool.ts";

/** What the pods of one role ask a node for. */
export interface PodNeeds {
  readonly role: Role | "router";
  readonly pods: number;
  readonly spec: V1PodSpec;
}

/**
 * What a target's charts will ask of the nodes, from the target alone: what a chart renders is known only when it is
 * installed, and that there is no such GPU is to be said before.
 */
export function podNeedsOf(scenario: Scenario, target: LlmdTarget): PodNeeds[] {
  const { llmd } = target;
  const placement = llmd.simulator === null ? gpuPlacement(scenario, target) : null;
  const roles = rolesOf(target).flatMap((role): PodNeeds[] => {
    const settings = llmd[role];
    if (settings === null) return [];
    const { cpu, memory, gpusPerPod, replicas, nodes } = settings;
    const devices = Object.keys(placement?.resources ?? {}).map((name) => [name, String(gpusPerPod)]);
    const spec = specOf({ cpu: String(cpu), memory, ...Object.fromEntries(devices) });
    if (placement === null) return [{ role, pods: replicas * nodes, spec }];
    const { nodeSelector, tolerations } = placement;
    return [
      {
        role,
        pods: replicas * nodes,
        spec: { ...spec, nodeSelector: { ...nodeSelector }, tolerations: [...tolerations] },
      },
    ];
  });
  const { cpu, memory } = llmd.endpointPicker;
  return [...roles, { role: "router", pods: 1, spec: specOf({ cpu: String(cpu), memory }) }];
}

function specOf(requests: NonNullable<V1Container["resources"]>["requests"] & object): V1PodSpec {
  return { containers: [{ name: "engine", resources: { requests } }] };
}
