import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./connection.ts";

/** Does the Service lead to these pods, to all of them, and to no others? */
export async function serviceLeadsTo(
  cluster: Cluster,
  namespace: string,
  service: string,
  pods: readonly V1Pod[],
): Promise<boolean> {
  const { items } = await cluster.objects.list<V1EndpointSlice>(
    "discovery.k8s.io/v1",
    "EndpointSlice",
    namespace,
    undefined,
    undefined,
    undefined,
    undefined,
    `kubernetes.io/service-name=${service}`,
  );
  const ready = items
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .map(({ targetRef }) => targetRef?.uid);
  const wanted = pods.map(({ metadata }) => metadata?.uid);
  return wanted.every((uid) => ready.includes(uid)) && ready.every((uid) => wanted.includes(uid));
}
