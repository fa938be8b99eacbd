import type { LlmdTarget, Scenario } from "../../scenario/scenario.ts";

/*
 * Names of what llm-d's charts bring. Charts derive the names of Services and Deployments from their release's, so all of
 * these are fixed by us: the benchmark's address must not change with a replaced release.
 */

/** Release of llm-d-modelservice: the pods with the engines. */
export function modelServiceRelease(target: Pick<LlmdTarget, "name">): string {
  return `${target.name}-ms`;
}

/** Release of the router's chart. The InferencePool has this name; the chart cuts it at 40 characters, and it is at most 37. */
export function routerRelease(target: Pick<LlmdTarget, "name">): string {
  return `${target.name}-router`;
}

/** Deployment and Service of the endpoint picker: the charts of both makers add this to the release's name. */
export function endpointPickerName(target: Pick<LlmdTarget, "name">): string {
  return `${routerRelease(target)}-epp`;
}

/** Deployment, or LeaderWorkerSet, of one role. */
export function roleWorkload(target: Pick<LlmdTarget, "name">, role: "decode" | "prefill"): string {
  return `${modelServiceRelease(target)}-${role}`;
}

/** Release of llm-d-infra: one gateway per stack, behind which all its llm-d targets are. */
export function gatewayRelease({ stack }: Pick<Scenario, "stack">): string {
  const name = stack
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
  return `${name}-infra`;
}

export function gatewayName(scenario: Pick<Scenario, "stack">): string {
  return `${gatewayRelease(scenario)}-inference-gateway`;
}

/** Stands in a url for the address that only the Gateway's status tells. */
export const gatewayHost = "gateway-address-known-at-up";
