import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ClusterError } from "../../cluster/clusterError.ts";
import { type Cluster, connect } from "../../cluster/connection.ts";
import { stateOf } from "../../cluster/gatewayClass.ts";
import { KubeConfig } from "../../cluster/kubernetesClient.ts";
import { prerequisiteProblems, requirePrerequisites, unservedMonitoring } from "../../cluster/prerequisites.ts";
import type { LlmdSettings } from "../../scenario/llmd.ts";
import type { Scenario, Target } from "../../scenario/scenario.ts";

const oneNode = { nodes: 1 };

function target(name: string, llmd: Partial<Record<keyof LlmdSettings, unknown>> = {}): Target {
  const defaults = { gateway: "istio", gatewayClass: "istio", router: "llm-d-router", decode: oneNode, prefill: null };
  return { name, method: "llm-d", llmd: { ...defaults, ...llmd } } as unknown as Target;
}

const istio = {
  "gateway.networking.k8s.io/v1": ["Gateway", "HTTPRoute", "GatewayClass"],
  "inference.networking.k8s.io/v1": ["InferencePool"],
  "networking.istio.io/v1beta1": ["DestinationRule"],
};
const accepted = { status: { conditions: [{ type: "Accepted", status: "True" }] } };

describe("what llm-d needs of the whole cluster", () => {
  let server: Server;
  let served: Record<string, readonly string[] | 403>;
  let classes: Record<string, object | 403>;
  let asked: string[];
  let cluster: Cluster;

  beforeEach(async () => {
    asked = [];
    served = { ...istio };
    classes = { istio: accepted };
    server = createServer((request, response) => {
      const path = (request.url ?? "").split("?")[0] as string;
      asked.push(path);
      const answer = answerTo(path);
      response.writeHead(typeof answer === "number" ? answer : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(typeof answer === "number" ? { kind: "Status", code: answer } : answer));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: "test", server: address, skipTLSVerify: true }, { name: "test", token: "x" });
    cluster = connect({ identity: { context: "test", server: address }, kubeconfig: { path: "" }, config });
  });
  afterEach(() => new Promise((done) => server.close(done)));

  /** As an API server: kinds of a group and version, and the classes of gateways. */
  function answerTo(path: string): object | number {
    const [, gatewayClass] = /gatewayclasses\/(.+)$/.exec(path) ?? [];
    if (gatewayClass !== undefined) return classes[gatewayClass] ?? 404;
    const kinds = served[path.replace("/apis/", "")];
    if (kinds === undefined || kinds === 403) return kinds ?? 404;
    const resources = kinds.map((kind) => ({ kind, name: `${kind.toLowerCase()}${kind.endsWith("s") ? "es" : "s"}` }));
    return { kind: "APIResourceList", resources };
  }

  const messages = async (...targets: Target[]) =>
    (await prerequisiteProblems(cluster, targets)).map(({ severity, message }) => `${severity}: ${message}`);

  it("finds nothing missing where all is served", async () => {
    assert.deepEqual(await messages(target("llama-8b")), []);
  });

  it("asks nothing where nothing is needed", async () => {
    const standalone = { name: "b", method: "standalone" } as Target;
    assert.deepEqual(await messages(target("a", { gateway: "none", gatewayClass: null }), standalone), []);
    assert.deepEqual(asked, []);
  });

  it("asks by discovery, once for each group, and never for CRDs", async () => {
    await messages(target("a"), target("b"));
    assert.deepEqual([...new Set(asked)].sort(), [
      "/apis/gateway.networking.k8s.io/v1",
      "/apis/gateway.networking.k8s.io/v1/gatewayclasses/istio",
      "/apis/inference.networking.k8s.io/v1",
      "/apis/networking.istio.io/v1beta1",
    ]);
  });

  it("lists all that is missing with who needs it, and says in one sentence what the admin does", async () => {
    served = {};
    const warned: string[] = [];
    await assert.rejects(
      requirePrerequisites(cluster, [target("a"), target("b")], (text) => warned.push(text)),
      (error: ClusterError) => {
        const by = "needed by targets a, b (llmd.gateway: istio)";
        assert.equal(
          error.message,
          [
            "the cluster lacks what llm-d needs:",
            `  no Gateway (gateway.networking.k8s.io/v1), ${by}`,
            `  no HTTPRoute (gateway.networking.k8s.io/v1), ${by}`,
            `  no InferencePool (inference.networking.k8s.io/v1), ${by}`,
            `  no DestinationRule (networking.istio.io/v1beta1), ${by}`,
            `  no GatewayClass istio, ${by}`,
          ].join("\n"),
        );
        const run = "pulumi config set gateway istio && pulumi up";
        const admin = `a cluster admin runs, in llm-d-prerequisites/: ${run} (docs/llm-d-prerequisites.md)`;
        const instead = "llmd.gateway: none, the endpoint picker's own proxy, needs nothing of the whole cluster";
        assert.equal(error.next, `${admin}; ${instead}`);
        return error instanceof ClusterError;
      },
    );
    assert.deepEqual(warned, []);
  });

  it("pods on several nodes need LeaderWorkerSet, of either role", async () => {
    const none = { gateway: "none", gatewayClass: null };
    for (const roles of [{ decode: { nodes: 2 } }, { prefill: { nodes: 2 } }])
      assert.deepEqual(await messages(target("wide", { ...none, ...roles })), [
        "problem: no LeaderWorkerSet (leaderworkerset.x-k8s.io/v1), needed by target wide (pods on 2 nodes)",
      ]);
  });

  it("agentgateway brings the kind of which the gateway's chart holds an object", async () => {
    const behind = target("a", { gateway: "agentgateway", gatewayClass: "agentgateway" });
    assert.deepEqual(
      (await prerequisiteProblems(cluster, [behind])).map(({ message }) => message.split(",")[0]),
      ["no AgentgatewayParameters (agentgateway.dev/v1alpha1)", "no GatewayClass agentgateway"],
    );
  });

  it("on GKE the admin turns on what the platform has", async () => {
    const gke = target("a", { gateway: "gke", gatewayClass: "gke-l7-rilb" });
    const problems = await prerequisiteProblems(cluster, [gke]);
    assert.deepEqual(
      problems.map(({ message }) => message.split(",")[0]),
      [
        "no HealthCheckPolicy (networking.gke.io/v1)",
        "no GCPBackendPolicy (networking.gke.io/v1)",
        "no GatewayClass gke-l7-rilb",
      ],
    );
    assert.match(problems[0]?.next ?? "", /gcloud container clusters update CLUSTER --gateway-api=standard/);
  });

  it("what may not be asked is a warning", async () => {
    classes = { istio: 403 };
    served = { ...istio, "inference.networking.k8s.io/v1": 403 };
    const denied = "needed by target a (llmd.gateway: istio), could not be checked: no right to ask for it";
    assert.deepEqual(await messages(target("a")), [
      `warning: InferencePool (inference.networking.k8s.io/v1), ${denied}`,
      `warning: GatewayClass istio, ${denied}`,
    ]);
    const warned: string[] = [];
    await requirePrerequisites(cluster, [target("a")], (text) => warned.push(text));
    assert.equal(warned.length, 2);
  });

  it("a GatewayClass without a controller that serves it is a problem", async () => {
    const condition = (status: string) => ({
      status: { conditions: [{ type: "Accepted", status, message: "Too old" }] },
    });
    classes = { istio: { spec: { controllerName: "istio.io/gateway-controller" }, ...condition("Unknown") } };
    assert.deepEqual(await messages(target("a")), [
      "problem: GatewayClass istio, needed by target a (llmd.gateway: istio), does not work: " +
        "istio.io/gateway-controller has not taken it; does it run?",
    ]);
    const bare = { apiVersion: "", kind: "", metadata: { name: "x" } };
    assert.deepEqual(stateOf({ ...bare, ...condition("False") }), { why: "its controller says: Too old" });
    assert.equal(stateOf({ ...bare, ...accepted }), true);
  });

  it("warns of kinds that GAIE's chart does not let the picker read", async () => {
    served = { ...istio, "llm-d.ai/v1alpha2": ["InferenceObjective"] };
    assert.deepEqual(await messages(target("a")), []);
    const [warning] = await messages(target("a", { router: "inferencepool" }));
    assert.match(
      warning ?? "",
      /^warning: the cluster serves InferenceObjective \(llm-d\.ai\/v1alpha2\): .*picker of a /,
    );
  });

  it("monitoring is left out where its kind is not served, and the sentence says what comes instead", async () => {
    const scenario = { platform: "gke", cluster: { monitoring: true } } as Scenario;
    const found = await unservedMonitoring(cluster, scenario);
    assert.equal(found?.kind, "PodMonitoring");
    assert.match(found?.problem.message ?? "", /^cluster\.monitoring is true, and the cluster has no PodMonitoring /);
    served = { "monitoring.googleapis.com/v1": ["PodMonitoring"] };
    assert.equal(await unservedMonitoring(cluster, scenario), null);
    served = { "monitoring.googleapis.com/v1": 403 };
    assert.equal(await unservedMonitoring(cluster, scenario), null);
    asked = [];
    const off = { platform: "gke", cluster: { monitoring: false } } as Scenario;
    assert.equal(await unservedMonitoring(cluster, off), null);
    assert.deepEqual(asked, []);
  });
});
