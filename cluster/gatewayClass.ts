import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";

/** Is it there and served? null: we may not read it. An object: it is there, and its controller does not serve it. */
export type GatewayClassState = boolean | null | { readonly why: string };

interface GatewayClass {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly controllerName?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

export async function gatewayClassState(cluster: Cluster, name: string): Promise<GatewayClassState> {
  try {
    const found = await cluster.objects.read<GatewayClass>({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name },
    });
    return stateOf(found);
  } catch (error) {
    if (isStatus(error, 404)) return false;
    if (isStatus(error, 403)) return null;
    throw error;
  }
}

/** A class with a status of "Unknown" is one that no controller has taken: the CRDs' default says so. */
export function stateOf({ spec, status }: GatewayClass): GatewayClassState {
  const accepted = status?.conditions?.find(({ type }) => type === "Accepted");
  if (accepted?.status === "True") return true;
  const controller = spec?.controllerName ?? "its controller";
  if (accepted === undefined || accepted.status === "Unknown")
    return { why: `${controller} has not taken it; does it run?` };
  return { why: `${controller} says: ${accepted.message ?? "no reason"}` };
}
