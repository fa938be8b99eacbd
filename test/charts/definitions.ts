import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { prerequisiteVersions } from "../../manifests/llmd/charts.ts";
import { serverOf } from "../cluster/equipment/apiServer.ts";
import { type DefinitionSource, installDefinitions, monitoringKinds } from "../cluster/equipment/crds.ts";

const { gatewayApi, inferenceExtension, istio, leaderWorkerSet } = prerequisiteVersions;

/** Kinds of which llm-d's charts bring objects, from the Go modules of their makers. */
const fromModules: readonly DefinitionSource[] = [
  gateway("gateways"),
  gateway("httproutes"),
  {
    module: `sigs.k8s.io/gateway-api-inference-extension@${inferenceExtension}`,
    file: "config/crd/bases/inference.networking.k8s.io_inferencepools.yaml",
    name: "inferencepools.inference.networking.k8s.io",
  },
  {
    module: `sigs.k8s.io/lws@${leaderWorkerSet}`,
    file: "config/crd/bases/leaderworkerset.x-k8s.io_leaderworkersets.yaml",
    name: "leaderworkersets.leaderworkerset.x-k8s.io",
  },
  {
    module: `istio.io/api@v${istio}`,
    file: "kubernetes/customresourcedefinitions.gen.yaml",
    name: "destinationrules.networking.istio.io",
  },
  ...monitoringKinds,
];

/** Those that no Go module holds: their makers publish them as files of a chart or a repository. */
const fromFiles = [
  "agentgatewayparameters.agentgateway.dev",
  "healthcheckpolicies.networking.gke.io",
  "gcpbackendpolicies.networking.gke.io",
];

interface Definition {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: { readonly names: { readonly kind: string } };
}

export interface InstalledDefinitions {
  /** Kinds whose objects cannot be tried. */
  readonly missing: readonly string[];
  remove(): Promise<void>;
}

/**
 * Installs what is missing. Kinds of files come from the folder LLMBENCH_TEST_CRDS: AgentgatewayParameters from agentgateway's
 * chart of CRDs, HealthCheckPolicy and GCPBackendPolicy from github.com/GoogleCloudPlatform/gke-gateway-api.
 */
export async function installLlmdDefinitions(kubeconfig: string): Promise<InstalledDefinitions> {
  const folder = process.env.LLMBENCH_TEST_CRDS;
  const files =
    folder === undefined || !existsSync(folder) ? [] : readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  const documents = files.flatMap(
    (file) => loadAll(readFileSync(join(folder as string, file), "utf8")) as (Definition | null)[],
  );
  const given = documents.filter(
    (document) => document !== null && fromFiles.includes(document.metadata.name),
  ) as Definition[];
  const removeModules = await installDefinitions(kubeconfig, fromModules);
  const removeFiles = await apply(kubeconfig, given);
  const kinds: Record<string, string> = {
    "agentgatewayparameters.agentgateway.dev": "AgentgatewayParameters",
    "healthcheckpolicies.networking.gke.io": "HealthCheckPolicy",
    "gcpbackendpolicies.networking.gke.io": "GCPBackendPolicy",
  };
  const missing = fromFiles.filter((name) => !given.some(({ metadata }) => metadata.name === name));
  return {
    missing: missing.map((name) => kinds[name] as string),
    remove: async () => {
      await removeFiles();
      await removeModules();
    },
  };
}

async function apply(kubeconfig: string, definitions: readonly Definition[]): Promise<() => Promise<void>> {
  const server = serverOf(kubeconfig);
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const { items } = await server.get<{ items: Definition[] }>(path);
  const absent = definitions.filter(({ metadata }) => !items.some((item) => item.metadata.name === metadata.name));
  for (const definition of absent) await server.send("POST", path, definition);
  // Served a moment after they are there.
  if (absent.length > 0) await new Promise((resolve) => setTimeout(resolve, 5000));
  return async () => {
    for (const { metadata } of absent) await server.send("DELETE", `${path}/${metadata.name}`, undefined);
  };
}

function gateway(plural: string): DefinitionSource {
  return {
    module: `sigs.k8s.io/gateway-api@${gatewayApi}`,
    file: `config/crd/standard/gateway.networking.k8s.io_${plural}.yaml`,
    name: `${plural}.gateway.networking.k8s.io`,
  };
}
