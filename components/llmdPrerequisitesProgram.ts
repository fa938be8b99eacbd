import * as pulumi from "@pulumi/pulumi";
import { ClusterError } from "../cluster/clusterError.ts";
import { type Cluster, clusterAccess, connect, reachable } from "../cluster/connection.ts";
import { servedKinds } from "../cluster/discovery.ts";
import { gatewayClassState } from "../cluster/gatewayClass.ts";
import { clusterProvider } from "./clusterProvider.ts";
import { LlmdPrerequisites } from "./llmdPrerequisites.ts";
import { definitionsFrom, releaseFiles } from "./llmdPrerequisitesFiles.ts";
import { type LlmdPrerequisitesSettings, llmdPrerequisitesSettings } from "./llmdPrerequisitesSettings.ts";

const apis = {
  gatewayApi: { apiVersion: "gateway.networking.k8s.io/v1", kinds: ["Gateway", "GatewayClass", "HTTPRoute"] },
  inferenceApi: { apiVersion: "inference.networking.k8s.io/v1", kinds: ["InferencePool"] },
} as const;
const needed = {
  gatewayApi: ["gatewayclasses", "gateways", "httproutes"].map((plural) => `${plural}.gateway.networking.k8s.io`),
  inferenceApi: ["inferencepools.inference.networking.k8s.io"],
} as const;

/** The program of llm-d-prerequisites/: reads the stack, checks what is left to others, and declares the rest. */
export async function prerequisitesProgram(allConfig: Readonly<Record<string, string>>, stack: string) {
  const settings = llmdPrerequisitesSettings(allConfig, stack, releaseFiles);
  const access = clusterAccess({ context: settings.context, host: null, certificateAuthority: null }, null);
  const { context, server } = access.identity;
  const cluster = connect(access);
  const unreachable = await reachable(cluster);
  if (unreachable === null) await checkLeft(cluster, settings);
  else if (!pulumi.runtime.isDryRun()) throw new ClusterError(unreachable, "nothing was changed");
  const definitionsOf = (key: keyof typeof apis) => {
    const source = settings[key];
    return source === null ? [] : definitionsFrom(source, needed[key]);
  };
  const definitions = {
    gatewayApi: await definitionsOf("gatewayApi"),
    inferenceApi: await definitionsOf("inferenceApi"),
  };
  const { next } = new LlmdPrerequisites("llm-d", settings, definitions, { providers: [clusterProvider(access)] });
  return { cluster: `${context} (${server})`, next };
}

/** What others are to have brought, where a gateway needs it: without it the first scenario would find out. */
async function checkLeft(cluster: Cluster, settings: LlmdPrerequisitesSettings): Promise<void> {
  const { gateway, platform } = settings;
  if (gateway === "none") return;
  for (const key of ["gatewayApi", "inferenceApi"] as const) {
    const { apiVersion, kinds } = apis[key];
    const served = settings[key] === null ? await servedKinds(cluster, apiVersion) : null;
    const lacking = kinds.filter((kind) => served !== null && !served.has(kind));
    if (lacking.length > 0)
      throw new ClusterError(
        `${key} is left to the platform, and the cluster has no ${lacking.join(", ")} (${apiVersion})`,
        key === "gatewayApi" && platform === "gke" ? turnOn : `set ${key} to install`,
      );
  }
  if (gateway !== "gke") return;
  const state = await gatewayClassState(cluster, "gke-l7-rilb");
  if (state === true || state === null) return;
  const why = state === false ? "is not there" : `does not work: ${state.why}`;
  throw new ClusterError(`the GatewayClass gke-l7-rilb ${why}`, turnOn);
}

const turnOn = "gcloud container clusters update CLUSTER --gateway-api=standard makes GKE bring it";
