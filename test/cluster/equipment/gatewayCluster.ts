import { serverOf } from "./apiServer.ts";
import { type DefinitionSource, installDefinitions } from "./crds.ts";
import { turn } from "./turn.ts";

const gatewayApi = "sigs.k8s.io/gateway-api@v1.5.1";
const kinds: readonly DefinitionSource[] = [
  ...["gatewayclasses", "gateways", "httproutes"].map((kind) => ({
    module: gatewayApi,
    file: `config/crd/standard/gateway.networking.k8s.io_${kind}.yaml`,
    name: `${kind}.gateway.networking.k8s.io`,
  })),
  {
    module: "sigs.k8s.io/gateway-api-inference-extension@v1.5.0",
    file: "config/crd/bases/inference.networking.k8s.io_inferencepools.yaml",
    name: "inferencepools.inference.networking.k8s.io",
  },
  {
    module: "istio.io/api@v1.29.2",
    file: "kubernetes/customresourcedefinitions.gen.yaml",
    name: "destinationrules.networking.istio.io",
  },
];

const classes = "/apis/gateway.networking.k8s.io/v1/gatewayclasses";

/**
 * What a cluster with Istio as a gateway has: the kinds, and a GatewayClass that a controller has accepted. There is no
 * controller; our chart llm-d-infra brings the gateway's proxy by itself. One test at a time; returns what ends it.
 */
export async function addGatewayKinds(kubeconfig: string): Promise<() => Promise<void>> {
  const giveBack = await turn("llm-d-definitions");
  const undo: (() => unknown)[] = [giveBack];
  const end = async () => {
    for (const step of undo.reverse()) await step();
  };
  try {
    undo.push(await installDefinitions(kubeconfig, kinds));
    const server = serverOf(kubeconfig);
    const controllerName = "llm-bench.test/stand-in";
    const gatewayClass = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: "istio" },
      spec: { controllerName },
    };
    await server.send("POST", classes, gatewayClass);
    undo.push(() => server.send("DELETE", `${classes}/istio`, undefined));
    const accepted = {
      ...{ type: "Accepted", status: "True", reason: "Accepted", message: "" },
      lastTransitionTime: new Date().toISOString(),
    };
    const status = { status: { conditions: [accepted] } };
    await server.send("PATCH", `${classes}/istio/status`, status, "application/merge-patch+json");
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}
