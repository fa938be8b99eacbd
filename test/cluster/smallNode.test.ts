import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { loadAll } from "js-yaml";
import type { KubernetesObject } from "../../manifests/kubernetesObject.ts";
import { most, openshiftId, podPatch } from "./equipment/admission/podPatch.ts";
import { type SmallNode, smallNode } from "./equipment/admission/smallNode.ts";
import { serverOf } from "./equipment/apiServer.ts";
import { createNamespace, deleteNamespace, describeOnCluster, namespaceName } from "./equipment/cluster.ts";
import { vllmImage } from "./equipment/vllm/image.ts";

const golden = join(import.meta.dirname, "..", "golden", "manifests", "ocp-h100.yaml");

/** Paths at which two values differ, with the second one's value. */
function differences(a: unknown, b: unknown, path = ""): Record<string, unknown> {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
  if (!isObject(a) || !isObject(b)) return Object.is(a, b) ? {} : { [path]: b };
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.assign({}, ...[...keys].map((key) => differences(a[key], b[key], `${path}/${key}`)));
}

describeOnCluster("a small node in place of a GPU node", (kubeconfig) => {
  const plain = namespaceName("plain");
  const small = namespaceName("small");
  const server = serverOf(kubeconfig);
  let webhook: SmallNode | undefined;

  before(async () => {
    webhook = await smallNode(kubeconfig, small, "ocp");
    for (const namespace of [plain, small]) {
      await createNamespace(namespace);
      await server.send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
        metadata: { name: "llmdbench-runner" },
      });
    }
  });
  after(async () => {
    await webhook?.remove();
    await Promise.all([deleteNamespace(plain), deleteNamespace(small)]);
  });

  it("brings CPU and memory down, gives a user as OpenShift does, and changes nothing else of a pod", async () => {
    const objects = loadAll(readFileSync(golden, "utf8")) as KubernetesObject[];
    const deployment = objects.find(({ kind }) => kind === "Deployment") as unknown as V1Deployment;
    const body = { metadata: { name: "engine" }, spec: deployment.spec?.template.spec };
    const asStored = ({ spec }: V1Pod) => {
      // Named at random for each pod.
      const { volumes: _, ...rest } = spec as NonNullable<V1Pod["spec"]>;
      return rest;
    };
    const inOf = async (namespace: string) =>
      asStored(await server.send<V1Pod>("POST", `/api/v1/namespaces/${namespace}/pods?dryRun=All`, body));
    const changes = differences(await inOf(plain), await inOf(small));
    const engine = "/containers/0/resources";
    assert.deepEqual(changes, {
      [`${engine}/requests/cpu`]: most.requests.cpu,
      [`${engine}/requests/memory`]: most.requests.memory,
      [`${engine}/limits/cpu`]: most.limits.cpu,
      [`${engine}/limits/memory`]: most.limits.memory,
      "/securityContext/runAsUser": openshiftId,
      "/securityContext/fsGroup": openshiftId,
    });
    assert.equal(webhook?.sent.length, 1);
    const sent = webhook.sent[0]?.spec?.containers[0]?.resources?.requests;
    assert.deepEqual(sent, deployment.spec?.template.spec?.containers[0]?.resources?.requests);
  });

  it("tells the stand-in for vLLM which GPU it has, and no other container", () => {
    const pod = {
      spec: {
        containers: [
          { name: "engine", image: vllmImage, env: [{ name: "HOME", value: "/tmp" }] },
          { name: "proxy", image: "docker.io/library/node:24" },
          { name: "bare", image: vllmImage },
        ],
      },
    };
    const variable = { name: "LLMBENCH_STAND_IN_GPU", value: "a100-40" };
    assert.deepEqual(podPatch(pod, "gke", "a100-40"), [
      { op: "add", path: "/spec/containers/0/env/-", value: variable },
      { op: "add", path: "/spec/containers/2/env", value: [variable] },
    ]);
    assert.deepEqual(podPatch(pod, "gke"), []);
  });
});
