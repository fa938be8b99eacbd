import type { V1Pod } from "@kubernetes/client-node";
import type { EngineIdentity } from "../harness/recordFormat.ts";
import { enginePort } from "../manifests/names.ts";
import type { Cluster } from "./connection.ts";
import { withoutSecrets } from "./engineLog.ts";
import { ask } from "./known.ts";
import { iso } from "./podFacts.ts";

/** What an engine's pod says and shows of its start; the file formats are those that analysis/import/nop.ts reads. */
export interface EngineStartup {
  /** Whole, each line with the time at which the container runtime got it. */
  readonly log: string;
  readonly pod: {
    readonly formatVersion: 1;
    readonly pod: string;
    readonly createdAt: string | null;
    readonly scheduledAt: string | null;
    readonly startedAt: string | null;
    readonly readyAt: string | null;
  };
  readonly engine: EngineIdentity;
  /** Of its container: the log is of the last start. */
  readonly restarts: number;
}

const container = "engine";

/** The start of a pod that is ready. Rejects where the API server gives its log or status to nobody. */
export async function readStartup(
  cluster: Cluster,
  where: { name: string; namespace: string },
): Promise<EngineStartup> {
  const pod = await cluster.core.readNamespacedPod(where);
  const text = await cluster.core.readNamespacedPodLog({ ...where, container, timestamps: true });
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container);
  return {
    log: withoutSecrets(String(text ?? "")),
    pod: {
      formatVersion: 1,
      pod: where.name,
      createdAt: iso(pod.metadata?.creationTimestamp),
      scheduledAt: since(pod, "PodScheduled"),
      startedAt: iso(status?.state?.running?.startedAt),
      readyAt: since(pod, "Ready"),
    },
    engine: await identityOf(cluster, where),
    restarts: status?.restartCount ?? 0,
  };
}

function since(pod: V1Pod, type: string): string | null {
  const condition = pod.status?.conditions?.find((one) => one.type === type && one.status === "True");
  return iso(condition?.lastTransitionTime);
}

/** Through the API server, which not everybody may use as a proxy; vLLM's /version wants no key. */
async function identityOf(cluster: Cluster, { name, namespace }: { name: string; namespace: string }) {
  const askedAt = new Date().toISOString();
  const path = { name: `${name}:${enginePort}`, namespace, path: "version" };
  const answer = await ask(cluster.identity, () => cluster.core.connectGetNamespacedPodProxyWithPath(path));
  const told = parsed(answer.value);
  const notAsked = "nothing was sent to the engine";
  const unknown = answer.value === null ? `GET /version: ${answer.reason}` : "GET /version answers without it";
  return {
    formatVersion: 1,
    askedAt,
    baseUrl: `pod ${name}, port ${enginePort}`,
    version: typeof told.version === "string" ? told.version : null,
    models: null,
    server: null,
    simulator: simulatorOf(told.simulator),
    missing: {
      models: notAsked,
      server: notAsked,
      ...(typeof told.version === "string" ? {} : { version: unknown }),
      ...(simulatorOf(told.simulator) === null ? { simulator: "no answer says that it is simulated" } : {}),
    },
  } satisfies EngineIdentity;
}

function simulatorOf(value: unknown): EngineIdentity["simulator"] {
  if (typeof value !== "object" || value === null) return null;
  const { version, speed } = value as Record<string, unknown>;
  return { version: String(version ?? "unknown"), speed: typeof speed === "number" ? speed : null };
}

function parsed(answer: unknown): Record<string, unknown> {
  if (typeof answer === "object" && answer !== null) return answer as Record<string, unknown>;
  try {
    const value: unknown = JSON.parse(String(answer));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
