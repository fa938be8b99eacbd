import type { Cluster } from "./connection.ts";
import { isStatus } from "./noAnswer.ts";
import { isUnknownKind } from "./workloadState.ts";

export const gatewayApi = { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" } as const;

/** A Gateway as far as we read it. */
export interface Gateway {
  readonly metadata?: { readonly name?: string; readonly generation?: number };
  readonly status?: {
    readonly addresses?: readonly { readonly value?: string }[];
    readonly conditions?: readonly GatewayCondition[];
  };
}

interface GatewayCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** null: it is not there, or its kind is not served. */
export async function readGateway(cluster: Cluster, namespace: string, name: string): Promise<Gateway | null> {
  try {
    return (await cluster.objects.read({ ...gatewayApi, metadata: { name, namespace } })) as Gateway;
  } catch (error) {
    if (isStatus(error, 404) || isUnknownKind(error)) return null;
    throw error;
  }
}

/** What its provider has against a Gateway, in its own words; null: nothing. */
export function complaintOf({ metadata, status }: Gateway): string | null {
  const bad =
    status?.conditions?.filter((one) => one.status !== "True" && /^(Accepted|Programmed)$/.test(one.type)) ?? [];
  const said = bad.map(({ type, reason, message }) =>
    `not ${type} (${reason ?? "no reason"}): ${message ?? ""}`.trim(),
  );
  return said.length === 0 ? null : `Gateway ${metadata?.name} is ${said.join("; ")}`;
}

/** Of all Gateways of the namespace, for whoever knows only that one of them has no pods. */
export async function gatewayComplaints(cluster: Cluster, namespace: string): Promise<string | null> {
  try {
    const { items } = await cluster.objects.list(gatewayApi.apiVersion, gatewayApi.kind, namespace);
    const said = (items as Gateway[]).flatMap((one) => complaintOf(one) ?? []);
    return said.length === 0 ? null : said.join("; ");
  } catch (error) {
    if (isStatus(error, 403, 404) || isUnknownKind(error)) return null;
    throw error;
  }
}
