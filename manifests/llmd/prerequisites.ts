import type { GatewayProvider } from "../../scenario/llmd.ts";
import type { LlmdTarget, Target } from "../../scenario/scenario.ts";

/** Something of the whole cluster that a namespace's user cannot bring and llm-d does not work without. */
export interface Prerequisite {
  readonly needs: ServedKind | { readonly gatewayClass: string };
  /** Who needs it: targets, and the key of theirs that makes them need it. */
  readonly why: string;
  /** What the cluster's admin does, as the rest of "a cluster admin ...". */
  readonly how: string;
  /** What does without it; null: nothing. */
  readonly instead: string | null;
}

/** A kind that the API server has to serve, from a CRD of whatever origin. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A kind whose presence breaks an engine, where its absence does not. */
export interface Conflict extends ServedKind {
  readonly why: string;
  readonly next: string;
}

const gatewayApi = "gateway.networking.k8s.io/v1";
const pool: ServedKind = { apiVersion: "inference.networking.k8s.io/v1", kind: "InferencePool" };
const workerSet: ServedKind = { apiVersion: "leaderworkerset.x-k8s.io/v1", kind: "LeaderWorkerSet" };

/** Kinds of which releases and routes hold objects. A pool without a gateway needs none: its picker finds pods by labels. */
const kinds: Readonly<Record<GatewayProvider, readonly ServedKind[]>> = {
  none: [],
  istio: [...behindGateway(), { apiVersion: "networking.istio.io/v1beta1", kind: "DestinationRule" }],
  agentgateway: [...behindGateway(), { apiVersion: "agentgateway.dev/v1alpha1", kind: "AgentgatewayParameters" }],
  gke: [
    ...behindGateway(),
    { apiVersion: "networking.gke.io/v1", kind: "HealthCheckPolicy" },
    { apiVersion: "networking.gke.io/v1", kind: "GCPBackendPolicy" },
  ],
};

/** What the llm-d targets among these need, each thing once. */
export function prerequisitesOf(targets: readonly Target[]): Prerequisite[] {
  const all = llmdTargets(targets).flatMap((target) =>
    needsOf(target).map((need) => ({ ...need, target: target.name })),
  );
  const byNeed = Map.groupBy(all, ({ needs }) => JSON.stringify(needs));
  return [...byNeed.values()].map((same) => {
    const [{ needs, key, how, instead }] = same as [(typeof same)[number]];
    const names = same.map(({ target }) => target);
    return { needs, why: `target${names.length > 1 ? "s" : ""} ${names.join(", ")} (${key})`, how, instead };
  });
}

/** What must not be served beside these targets. */
export function conflictsOf(targets: readonly Target[]): Conflict[] {
  const refused = llmdTargets(targets).filter(({ llmd }) => llmd.router === "inferencepool" && llmd.gateway !== "none");
  if (refused.length === 0) return [];
  return [
    {
      apiVersion: "llm-d.ai/v1alpha2",
      kind: "InferenceObjective",
      // The picker of v0.9.0 prefers this group where it is served; the role of GAIE's chart lets it read the older one only.
      why: `the endpoint picker of ${refused.map(({ name }) => name).join(", ")} will want to read it, and the role that the chart inferencepool gives it does not allow that`,
      next: 'set llmd.router to "llm-d-router", whose chart does',
    },
  ];
}

type Need = Omit<Prerequisite, "why"> & { readonly key: string };

function needsOf({ llmd }: LlmdTarget): Need[] {
  const { gateway, gatewayClass, decode, prefill } = llmd;
  const key = `llmd.gateway: ${gateway}`;
  const how = gateway === "gke" ? gkeGateway : admin(`gateway ${gateway}`);
  const needs: Need[] = kinds[gateway].map((needs) => ({ needs, key, how, instead: ownProxy }));
  if (gateway !== "none" && gatewayClass !== null) needs.push({ needs: { gatewayClass }, key, how, instead: ownProxy });
  const nodes = Math.max(decode.nodes, prefill?.nodes ?? 1);
  if (nodes > 1)
    needs.push({ needs: workerSet, key: `pods on ${nodes} nodes`, how: admin("multiNode true"), instead: null });
  return needs;
}

const ownProxy = "llmd.gateway: none, the endpoint picker's own proxy, needs nothing of the whole cluster";

function behindGateway(): ServedKind[] {
  return [{ apiVersion: gatewayApi, kind: "Gateway" }, { apiVersion: gatewayApi, kind: "HTTPRoute" }, pool];
}

const gkeGateway =
  "turns it on (gcloud container clusters update CLUSTER --gateway-api=standard) and, on GKE before 1.34, runs pulumi up in llm-d-prerequisites/ with gateway gke";

/** The rest of "a cluster admin ...". */
function admin(setting: string): string {
  return `runs, in llm-d-prerequisites/: pulumi config set ${setting} && pulumi up`;
}

function llmdTargets(targets: readonly Target[]): LlmdTarget[] {
  return targets.filter((target) => target.method === "llm-d");
}
