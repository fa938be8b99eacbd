import assert from "node:assert/strict";
import type { V1Node, V1Pod, V1StorageClass } from "@kubernetes/client-node";
import { type ClusterView, judge, type PreflightObjects } from "../../cluster/preflight.ts";
import { quantity } from "../../cluster/quantity.ts";
import { rightsFor } from "../../cluster/rights.ts";
import type { EngineManifests, KubernetesObject } from "../../manifests/kubernetesObject.ts";
import type { Scenario } from "../../scenario/scenario.ts";

const label = { "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3" };
const taint = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" };

function node(
  name: string,
  gpus: number,
  more: { labels?: Record<string, string>; taints?: object[]; ready?: string } = {},
): V1Node {
  return {
    metadata: { name, labels: more.labels ?? label },
    spec: { taints: more.taints ?? [taint] },
    status: {
      allocatable: { cpu: "32", memory: "128Gi", "nvidia.com/gpu": String(gpus) },
      conditions: [{ type: "Ready", status: more.ready ?? "True" }],
    },
  } as V1Node;
}

function engine(target: string, gpus: number, replicas = 1): EngineManifests {
  const spec = {
    nodeSelector: label,
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    containers: [
      {
        name: "vllm",
        resources: { requests: { cpu: "4", memory: "40Gi" }, limits: { "nvidia.com/gpu": String(gpus) } },
      },
    ],
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: target, namespace: "bench" },
    spec: { replicas, template: { spec } },
  };
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "cache" },
    spec: { storageClassName: "fast" },
  };
  return {
    target,
    objects: [deployment, claim] as KubernetesObject[],
    endpoint: { url: "", servedModel: "", apiKeySecret: null },
    workloads: [{ kind: "Deployment", name: target, role: "engine", release: null }],
    service: target,
    downloadJob: null,
    gpus: gpus * replicas,
  };
}

const harness = (cpu: string): KubernetesObject =>
  ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "h", namespace: "bench" },
    spec: {
      template: { spec: { containers: [{ name: "harness", resources: { requests: { cpu, memory: "32Gi" } } }] } },
    },
  }) as KubernetesObject;

function scenario(more: Partial<Scenario["cluster"] & object> = {}, platform = "ocp"): Scenario {
  return {
    stack: "ocp-h100",
    platform,
    cluster: { namespace: "bench", createNamespace: true, ...more },
    harness: { namespace: "bench" },
    targets: [],
  } as unknown as Scenario;
}

const fast = { metadata: { name: "fast" } } as V1StorageClass;
const plain = node("plain", 0, { labels: {}, taints: [] });

function check(
  objects: Partial<PreflightObjects>,
  view: Partial<ClusterView>,
  of: Scenario = scenario(),
): { problems: string[]; facts: readonly string[] } {
  const report = judge(
    of,
    { engines: [], others: [], ...objects },
    {
      nodes: [node("a", 8), plain],
      pods: [],
      storageClasses: [fast],
      namespaces: new Map([["bench", "absent"]]),
      missingRights: [],
      ...view,
    },
  );
  for (const { next } of report.problems) assert.ok(next.length > 10);
  return { problems: report.problems.map(({ severity, message }) => `${severity}: ${message}`), facts: report.facts };
}

describe("preflight", () => {
  it("finds nothing to say where all fits, and tells what there is", () => {
    const { problems, facts } = check({ engines: [engine("a", 4), engine("b", 4)], others: [harness("16")] }, {});
    assert.deepEqual(problems, []);
    assert.deepEqual(facts, [
      "2 of 2 nodes are ready and take pods",
      "1 nodes with nvidia.com/gpu.product=NVIDIA-H100-80GB-HBM3: 8 nvidia.com/gpu in total, 8 free, 8 asked for",
    ]);
  });

  it("names the label that no node has, and what the nodes have instead", () => {
    const l40s = node("a", 8, { labels: { "nvidia.com/gpu.product": "NVIDIA-L40S" } });
    const { problems } = check({ engines: [engine("a", 1)] }, { nodes: [l40s] });
    assert.deepEqual(problems, [
      'problem: engine "a": 0 of 1 nodes have the label nvidia.com/gpu.product=NVIDIA-H100-80GB-HBM3; nodes with that key have NVIDIA-L40S',
    ]);
  });

  it("on GKE a pool may be scaled to nothing", () => {
    const { problems } = check({ engines: [engine("a", 1)] }, { nodes: [plain] }, scenario({}, "gke"));
    assert.match(problems[0] ?? "", /^warning: engine "a": 0 of 1 nodes have the label/);
  });

  it("counts GPUs of one pod, of all engines together, and those that are free", () => {
    assert.match(
      check({ engines: [engine("a", 16)] }, {}).problems[0] ?? "",
      /^problem: .*asks for 16 nvidia.com\/gpu, the largest of 1 fitting nodes has 8/,
    );
    assert.deepEqual(check({ engines: [engine("a", 8), engine("b", 4)] }, {}).problems, [
      'problem: engine "a" and engine "b" together ask for 12 nvidia.com/gpu, the 1 nodes with nvidia.com/gpu.product=NVIDIA-H100-80GB-HBM3 have 8',
    ]);
    const pod = (stack: string) =>
      ({
        metadata: { labels: { "llm-bench/stack": stack } },
        spec: { nodeName: "a", containers: [{ name: "x", resources: { limits: { "nvidia.com/gpu": "6" } } }] },
      }) as V1Pod;
    assert.match(
      check({ engines: [engine("a", 4)] }, { pods: [pod("other")] }).problems[0] ?? "",
      /^warning: .* ask for 4 nvidia.com\/gpu; of the 8 on 1 nodes.* 2 are free, 2 at most on one node$/,
    );
    assert.deepEqual(
      check({ engines: [engine("a", 4)] }, { pods: [pod("ocp-h100")] }).problems,
      [],
      "what this stack holds is its own",
    );
  });

  it("too few GPUs for all engines are told beside too few cores for one", () => {
    const small = node("a", 4);
    (small.status as { allocatable: Record<string, string> }).allocatable.cpu = "2";
    const { problems } = check({ engines: [engine("a", 4), engine("b", 4)] }, { nodes: [small] });
    assert.match(problems[0] ?? "", /^problem: engine "a": it asks for 4 CPU/);
    assert.match(problems.at(-1) ?? "", /together ask for 8 nvidia.com\/gpu, the 1 nodes with .* have 4$/);
  });

  it("free GPUs that are spread over nodes do not serve one pod", () => {
    const nodes = [node("a", 4), node("b", 4)];
    assert.deepEqual(check({ engines: [engine("a", 4, 2)] }, { nodes }).problems, []);
    assert.match(
      check({ engines: [engine("a", 3, 2), engine("b", 2)] }, { nodes }).problems[0] ?? "",
      /^warning: .* ask for 8 .* 8 are free, 4 at most on one node/,
    );
  });

  it("a taint that nobody tolerates, and nodes that are not ready", () => {
    const gone = node("b", 8, { ready: "Unknown" });
    const tainted = node("a", 8, { taints: [{ key: "team", value: "x", effect: "NoSchedule" }] });
    const { problems, facts } = check({ engines: [engine("a", 1)] }, { nodes: [tainted, gone] });
    assert.match(problems[0] ?? "", /keep this pod away by a taint: team=x:NoSchedule/);
    assert.equal(facts[0], "1 of 2 nodes are ready and take pods");
  });

  it("the harness against the largest node, without regard to GPU nodes' taints", () => {
    const small = { ...plain, status: { ...plain.status, allocatable: { cpu: "3920m", memory: "12Gi" } } };
    const { problems } = check({ others: [harness("16"), harness("16")] }, { nodes: [node("a", 8), small] });
    assert.deepEqual(problems, ["problem: harness: it asks for 16 CPU, the largest of 1 fitting nodes has 3.92 CPU"]);
  });

  it("load generators that load targets together against one node, for they share a volume", () => {
    const together = (cpu: string) =>
      check({ others: [harness(cpu)] }, {}, {
        ...scenario(),
        together: true,
        targets: [{ method: "simulated" }, { method: "simulated" }, { method: "simulated" }],
      } as unknown as Scenario).problems;
    assert.deepEqual(together("10"), []);
    assert.deepEqual(together("16"), [
      "problem: the load generators of 3 targets work on one node when all are loaded together: they ask for 3 times 16 CPU, the largest of 1 fitting nodes has 32 CPU",
    ]);
    // One alone fits no node: that is said, and once.
    assert.equal(together("48").length, 1);
  });

  it("storage classes, and the lack of a default one", () => {
    const claim = { kind: "PersistentVolumeClaim", metadata: { name: "workload-pvc" }, spec: {} } as KubernetesObject;
    assert.match(
      check({ others: [claim] }, {}).problems[0] ?? "",
      /claim workload-pvc names no storage class, and the cluster has no default one; it has: fast/,
    );
    assert.match(
      check({ engines: [engine("a", 1)] }, { storageClasses: [] }).problems[0] ?? "",
      /needs the storage class "fast", which the cluster does not have; it has none/,
    );
    assert.deepEqual(check({ others: [claim] }, { storageClasses: null }).problems, []);
  });

  it("namespaces that should be there, should not be, or are going", () => {
    assert.match(check({}, {}, scenario({ createNamespace: false })).problems[0] ?? "", /namespace bench is not there/);
    const there = (labels: Record<string, string>, phase = "Active") => ({
      namespaces: new Map([["bench", { metadata: { labels }, status: { phase } }]]),
    });
    assert.match(
      check({}, there({})).problems[0] ?? "",
      /there already, and cluster.createNamespace says to create it/,
    );
    assert.deepEqual(check({}, there({ "llm-bench/stack": "ocp-h100" })).problems, [], "ours, from an earlier up");
    assert.deepEqual(check({}, there({}), scenario({ createNamespace: false })).problems, []);
    assert.match(check({}, there({}, "Terminating")).problems[0] ?? "", /is being deleted/);
  });

  it("a namespace that would take none of the pods that llm-d's charts bring", () => {
    const enforcing = (level: string) => ({
      namespaces: new Map([["bench", { metadata: { labels: { "pod-security.kubernetes.io/enforce": level } } }]]),
    });
    const foreign = (platform: string, llmd: object, method = "llm-d") => ({
      ...scenario({ createNamespace: false }, platform),
      targets: [{ name: "routed", method, llmd: { charts: null, prefill: null, ...llmd } }],
    });
    const of = (...of: Parameters<typeof foreign>) =>
      check({}, enforcing("restricted"), foreign(...of) as unknown as Scenario).problems;
    assert.match(
      of("gke", {})[0] ?? "",
      /^problem: namespace bench enforces .*"restricted".* for the endpoint picker's pod of target routed$/,
    );
    assert.match(of("gke", { prefill: {} })[0] ?? "", /pod and the decode pods' sidecar of target routed$/);
    assert.match(of("gke", { charts: "charts" })[0] ?? "", /^warning: /);
    assert.deepEqual(of("ocp", {}), [], "OpenShift completes their security contexts");
    assert.deepEqual(of("gke", {}, "standalone"), []);
    const baseline = check({}, enforcing("baseline"), foreign("gke", {}) as unknown as Scenario);
    assert.deepEqual(baseline.problems, []);
  });

  it("without the right to list nodes it says what it did not check", () => {
    const { problems } = check({ engines: [engine("a", 1)] }, { nodes: null });
    assert.match(problems[0] ?? "", /^warning: we may not list nodes/);
  });

  it("rights that are missing, in words of kubectl", () => {
    const right = { verb: "create", resource: "deployments.apps", namespace: "bench" };
    assert.deepEqual(check({}, { missingRights: [right] }).problems, [
      "problem: no right to create deployments.apps in namespace bench",
    ]);
    const needed = rightsFor(engine("a", 1).objects, scenario()).map(
      ({ verb, resource, namespace }) => `${verb} ${resource} ${namespace}`,
    );
    for (const one of [
      "create deployments.apps bench",
      "delete persistentvolumeclaims bench",
      "get pods/log bench",
      "create pods/exec bench",
    ]) {
      assert.ok(needed.includes(one), one);
    }
  });

  it("quantities", () => {
    const read = ["1", "500m", "32Gi", "1.5", "2e3", "24479292Ki", "10G"].map(quantity);
    assert.deepEqual(read, [1, 0.5, 34359738368, 1.5, 2000, 25066795008, 1e10]);
    assert.throws(() => quantity("32 Gi"));
  });
});
