import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";
import { podLabels } from "../labels.ts";

export type Role = "decode" | "prefill";

/** What the router and every load generator talk to; the sidecar of decode pods, where there is one, listens here too. */
export const servicePort = 8000;
/** vLLM behind the sidecar. */
export const behindSidecarPort = 8200;
/** Of the endpoint picker's container and Service. */
export const routerMetricsPort = 9090;
/** Where the proxy beside the endpoint picker takes requests in, without a gateway. */
export const routerProxyPort = 8081;

/** Label of llm-d by which filters of the endpoint picker tell the roles apart; the chart adds it. */
export const roleLabel = "llm-d.ai/role";

/**
 * Labels of all pods of a target, and what its pool selects by: one function for both, because a pool whose labels differ
 * from the pods' has no endpoints and says nothing about it. With the stack and the target in them: by llm-d's label alone two
 * models of a namespace would share a pool.
 */
export function poolLabels(scenario: Scenario, target: Pick<LlmdTarget, "name">): Record<string, string> {
  return { ...podLabels(scenario, "engine", { target: target.name }), "llm-d.ai/inference-serving": "true" };
}

export function roleSelector(scenario: Scenario, target: Pick<LlmdTarget, "name">, role: Role): Record<string, string> {
  return { ...poolLabels(scenario, target), [roleLabel]: role };
}

export function rolesOf({ llmd }: Pick<LlmdTarget, "llmd">): Role[] {
  return llmd.prefill === null ? ["decode"] : ["decode", "prefill"];
}

/** Where the engine of a role listens. Without prefill pods decode pods have no sidecar. */
export function enginePortOf({ llmd }: Pick<LlmdTarget, "llmd">, role: Role): number {
  return role === "decode" && llmd.prefill !== null ? behindSidecarPort : servicePort;
}

/** Pods of one replica on several nodes are a LeaderWorkerSet; the chart has one switch for both roles. */
export function isMultiNode({ llmd }: Pick<LlmdTarget, "llmd">): boolean {
  return llmd.decode.nodes > 1 || (llmd.prefill?.nodes ?? 1) > 1;
}
