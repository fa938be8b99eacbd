import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import type { EngineWorkload } from "../manifests/kubernetesObject.ts";
import { labelKeys } from "../manifests/labels.ts";
import type { Cluster } from "./connection.ts";
import { eventTime } from "./diagnosis.ts";
import { endOfLog } from "./engineLog.ts";
import { runningContainers } from "./enginePods.ts";
import { ask, type Known, unknown } from "./known.ts";
import { type NodeFacts, nodeFacts } from "./nodeFacts.ts";
import { iso, type PodFacts, podFacts } from "./podFacts.ts";
import { podsOfRun, uidOf } from "./podsOfRun.ts";
import { serverVersion } from "./serverVersion.ts";

export { writeFacts } from "./writeFacts.ts";

/** What the cluster knows about a run's surroundings: plain data, and nothing of Secrets, environments or credentials. */
export interface Facts {
  readonly context: string;
  readonly server: string;
  readonly serverVersion: Known<string>;
  readonly pods: Known<readonly PodFacts[]>;
  /** Those that the pods are or were on. */
  readonly nodes: Known<readonly NodeFacts[]>;
  /** Oldest first. */
  readonly events: Known<readonly EventFacts[]>;
  readonly engineLogs: readonly EngineLog[];
}

export interface EventFacts {
  /** Of its last occurrence. */
  readonly at: string;
  readonly firstAt: string | null;
  readonly count: number;
  readonly type: string;
  readonly reason: string;
  readonly object: string;
  readonly namespace: string;
  readonly from: string | null;
  readonly message: string;
}

export interface EngineLog {
  readonly pod: string;
  readonly container: string;
  /** Of the container before the one that is there: it crashed. */
  readonly previous: boolean;
  readonly log: Known<{ readonly text: string; readonly cutBytes: number }>;
}

export interface FactsQuery {
  readonly namespaces: readonly string[];
  readonly stack: string;
  readonly target: string;
  readonly runId: string;
  /** Of the target, in the first of the namespaces: pods of charts and gateways do not all have our labels. */
  readonly workloads?: readonly EngineWorkload[];
  /** Pods besides those that the labels tell, such as those of an engine deployed by other means. */
  readonly pods?: readonly { readonly name: string; readonly namespace: string }[];
  /** Events before it belong to something else. */
  readonly since: Date;
}

/** Of all engine logs of a run together. */
const mostLogBytes = 10 << 20;

/** Never fails: what cannot be had is null, with the reason. */
export async function gatherFacts(cluster: Cluster, query: FactsQuery): Promise<Facts> {
  const { identity } = cluster;
  const roles = new Map<string, string>();
  const [version, pods, events] = await Promise.all([
    ask(identity, () => serverVersion(cluster)),
    ask(identity, () => podsOfRun(cluster, query, roles)),
    ask(identity, () => eventsSince(cluster, query)),
  ]);
  const [nodes, engineLogs] = await Promise.all([
    pods.value === null
      ? unknown<NodeFacts[]>(`not known, because the pods are not: ${pods.reason}`)
      : ask(identity, () => nodesOf(cluster, pods.value)),
    logsOf(cluster, pods.value ?? [], roles),
  ]);
  const podList: Known<PodFacts[]> =
    pods.value === null
      ? pods
      : { value: pods.value.map((pod) => podFacts(pod, roles.get(uidOf(pod)) ?? null)), reason: null };
  return {
    context: identity.context,
    server: identity.server,
    serverVersion: version,
    pods: podList,
    nodes,
    events,
    engineLogs,
  };
}

async function eventsSince(cluster: Cluster, { namespaces, since }: FactsQuery): Promise<EventFacts[]> {
  const lists = await Promise.all(namespaces.map((namespace) => cluster.core.listNamespacedEvent({ namespace })));
  // Old-style events tell whole seconds.
  const from = Math.floor(since.getTime() / 1000) * 1000;
  return lists
    .flatMap(({ items }) => items)
    .filter((event) => eventTime(event) >= from)
    .sort((a, b) => eventTime(a) - eventTime(b) || (a.metadata.name ?? "").localeCompare(b.metadata.name ?? ""))
    .map(eventFacts);
}

function eventFacts(event: CoreV1Event): EventFacts {
  const { involvedObject: object } = event;
  return {
    at: new Date(eventTime(event)).toISOString(),
    firstAt: iso(event.firstTimestamp ?? event.eventTime),
    count: event.series?.count ?? event.count ?? 1,
    type: event.type ?? "",
    reason: event.reason ?? "",
    object: `${object.kind}/${object.name}`,
    namespace: object.namespace ?? event.metadata.namespace ?? "",
    from: event.source?.component || event.reportingComponent || null,
    message: (event.message ?? "").trim(),
  };
}

async function nodesOf(cluster: Cluster, pods: readonly V1Pod[]): Promise<NodeFacts[]> {
  const names = [...new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []))].sort();
  return Promise.all(names.map(async (name) => nodeFacts(await cluster.core.readNode({ name }))));
}

async function logsOf(
  cluster: Cluster,
  pods: readonly V1Pod[],
  roles: ReadonlyMap<string, string>,
): Promise<EngineLog[]> {
  const wanted = pods
    .filter((pod) => pod.metadata?.labels?.[labelKeys.component] === "engine" || roles.has(uidOf(pod)))
    .flatMap((pod) =>
      runningContainers(pod).flatMap(({ name, restartCount, state }) => {
        const { namespace = "", name: podName = "" } = pod.metadata ?? {};
        const one = { namespace, pod: podName, container: name };
        return [
          ...(restartCount > 0 ? [{ ...one, previous: true }] : []),
          ...(state?.waiting && restartCount === 0 ? [] : [{ ...one, previous: false }]),
        ];
      }),
    );
  const share = Math.floor(mostLogBytes / Math.max(1, wanted.length));
  return Promise.all(
    wanted.map(async ({ previous, ...one }) => ({
      pod: one.pod,
      container: one.container,
      previous,
      log: await ask(cluster.identity, () => endOfLog(cluster, one, share, previous)),
    })),
  );
}
