import assert from "node:assert/strict";
import type { V1PodSpec } from "@kubernetes/client-node";
import type { KubernetesObject } from "../../manifests/kubernetesObject.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { scenarios } from "../manifests/scenarios.ts";
import { readStack } from "../manifests/stacks.ts";
import { deployed, foreignKey, isObject, objectsOf, randomKey, token } from "./deployment.ts";
import { only, type Registered } from "./pulumiMocks.ts";

const scenario = (name: string) => scenarios.get(name) as Scenario;
const skipAwait = "pulumi.com/skipAwait";
const passwordType = "random:index/randomPassword:RandomPassword";

/** "parent > type name", sorted; hashes and the namespace of our components' types left out. */
function tree(resources: readonly Registered[]): string[] {
  const names = new Map(resources.map(({ urn, name }) => [urn, name]));
  return resources
    .filter(({ type }) => !type.startsWith("pulumi:providers:"))
    .map(({ type, name, parent }) => `${names.get(parent) ?? ""} > ${type.replace("llmbench:components:", "")} ${name}`)
    .map((line) => line.replace(/-(?=[0-9a-f]*\d)[0-9a-f]{8,12}-/, "-HASH-"))
    .sort();
}

/** As it goes over the wire: members that are undefined are not there. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function identity({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion} ${kind} ${metadata?.namespace ?? ""}/${metadata?.name}`;
}

/** The object that a resource stands for, and what was joined to it. */
function applied({ inputs }: Registered): { object: KubernetesObject; stringData: unknown; awaited: boolean } {
  const { stringData, ...object } = structuredClone(inputs) as KubernetesObject & { stringData?: unknown };
  const metadata = object.metadata as { annotations?: Record<string, string> };
  const awaited = metadata.annotations?.[skipAwait] !== "true";
  delete metadata.annotations?.[skipAwait];
  return { object, stringData, awaited };
}

function withoutEmptyAnnotations(object: KubernetesObject): unknown {
  const { metadata, ...rest } = plain(object) as { metadata: { annotations?: object } };
  const { annotations, ...others } = metadata;
  const kept = annotations && Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ...rest, metadata: { ...others, ...kept } };
}

describe("components of a stack on a cluster", function () {
  // The Kubernetes SDK takes seconds to load on a busy machine.
  this.timeout(60_000);

  it("kind-sim: the whole tree, by type, name and parent", async () => {
    const { resources } = await deployed(readStack("kind-sim"), { withToken: false });
    assert.deepEqual(tree(resources), [
      " > Harness run-llama-8b-r1",
      " > SharedObjects shared",
      " > SimulatedEngine engine-llama-8b",
      " > Volumes volumes",
      " > Workspace workspace",
      "engine-llama-8b > kubernetes:apps/v1:Deployment engine-llama-8b-deployment",
      "engine-llama-8b > kubernetes:core/v1:Service engine-llama-8b-service",
      "run-llama-8b-r1 > kubernetes:batch/v1:Job run-llama-8b-r1-job",
      "run-llama-8b-r1 > kubernetes:core/v1:ConfigMap run-llama-8b-r1-configmap",
      "shared > kubernetes:core/v1:ConfigMap shared-llmbench-harness-HASH-configmap",
      "shared > kubernetes:core/v1:ConfigMap shared-llmbench-simulator-HASH-configmap",
      "shared > kubernetes:core/v1:ConfigMap shared-simulated-llama-8b-HASH-configmap",
      "volumes > kubernetes:core/v1:PersistentVolumeClaim volumes-persistentvolumeclaim",
      "workspace > kubernetes:core/v1:Namespace workspace-namespace",
      "workspace > kubernetes:core/v1:Secret workspace-secret",
      "workspace > kubernetes:core/v1:ServiceAccount workspace-serviceaccount",
      "workspace > kubernetes:core/v1:ServiceAccount workspace-serviceaccount-2",
      "workspace > kubernetes:rbac.authorization.k8s.io/v1:Role workspace-role",
      "workspace > kubernetes:rbac.authorization.k8s.io/v1:RoleBinding workspace-rolebinding",
      "workspace > random:index/randomPassword:RandomPassword workspace-llama-8b-key",
    ]);
  });

  it("ocp-h100: the whole tree, with the model's cache a component of its own", async () => {
    const { resources } = await deployed(readStack("ocp-h100"));
    assert.deepEqual(tree(resources), [
      " > Harness run-llama-70b-r1",
      " > SharedObjects shared",
      " > VllmStandalone engine-llama-70b",
      " > Volumes volumes",
      " > Workspace workspace",
      "engine-llama-70b > ModelCache engine-llama-70b-model",
      "engine-llama-70b > kubernetes:apps/v1:Deployment engine-llama-70b-deployment",
      "engine-llama-70b > kubernetes:core/v1:Service engine-llama-70b-service",
      "engine-llama-70b-model > kubernetes:batch/v1:Job engine-llama-70b-model-job",
      "engine-llama-70b-model > kubernetes:core/v1:PersistentVolumeClaim engine-llama-70b-model-persistentvolumeclaim",
      "run-llama-70b-r1 > kubernetes:batch/v1:Job run-llama-70b-r1-job",
      "run-llama-70b-r1 > kubernetes:core/v1:ConfigMap run-llama-70b-r1-configmap",
      "shared > kubernetes:core/v1:ConfigMap shared-download-model-script-HASH-configmap",
      "shared > kubernetes:core/v1:ConfigMap shared-llmbench-harness-HASH-configmap",
      "volumes > kubernetes:core/v1:PersistentVolumeClaim volumes-persistentvolumeclaim",
      "workspace > kubernetes:core/v1:Namespace workspace-namespace",
      "workspace > kubernetes:core/v1:Secret workspace-secret",
      "workspace > kubernetes:core/v1:Secret workspace-secret-2",
      "workspace > kubernetes:core/v1:ServiceAccount workspace-serviceaccount",
      "workspace > kubernetes:core/v1:ServiceAccount workspace-serviceaccount-2",
      "workspace > kubernetes:rbac.authorization.k8s.io/v1:Role workspace-role",
      "workspace > kubernetes:rbac.authorization.k8s.io/v1:RoleBinding workspace-rolebinding",
      "workspace > random:index/randomPassword:RandomPassword workspace-llama-70b-key",
    ]);
  });

  // A release is no object of a cluster: llmd.test.ts has these.
  const ofObjects = [...scenarios].filter(([, { targets }]) => targets.every(({ method }) => method !== "llm-d"));
  for (const [name, one] of ofObjects) {
    describe(name, () => {
      let resources: readonly Registered[];
      let wanted: KubernetesObject[];

      before(async () => {
        const { manifests, ...rest } = await deployed(one);
        resources = rest.resources;
        wanted = objectsOf(one, manifests);
      });

      it("applies what the builders gave, each object once, and adds nothing to it", () => {
        const made = new Map(resources.filter(isObject).map((resource) => [identity(resource.inputs), resource]));
        assert.deepEqual([...made.keys()].sort(), wanted.map(identity).sort());
        for (const object of wanted) {
          const { object: got } = applied(made.get(identity(object)) as Registered);
          assert.deepEqual(withoutEmptyAnnotations(got), withoutEmptyAnnotations(object), identity(object));
        }
      });

      it("lets the provider wait for nothing but the end of a namespace", () => {
        const awaited = resources.filter(isObject).filter((resource) => applied(resource).awaited);
        assert.deepEqual(
          awaited.map(({ type }) => type),
          wanted.filter(({ kind }) => kind === "Namespace").map(() => "kubernetes:core/v1:Namespace"),
        );
      });

      it("gives no two resources the same name, and all the one provider", () => {
        const urns = resources.map(({ parent, type, name: own }) => `${parent} ${type} ${own}`);
        assert.deepEqual(
          urns.filter((urn, i) => urns.indexOf(urn) !== i),
          [],
        );
        for (const resource of resources.filter(isObject)) assert.equal(resource.options.provider, "cluster");
      });

      it("puts every object into a component", () => {
        const components = new Set(
          resources.filter(({ type }) => type.startsWith("llmbench:components:")).map(({ urn }) => urn),
        );
        for (const { type, name: own, parent } of resources)
          if (!type.startsWith("llmbench:") && !type.startsWith("pulumi:"))
            assert.ok(components.has(parent), `${type} ${own} has the parent "${parent}"`);
      });

      it("goes with its namespace where that is ours and the only one", () => {
        const namespaces = resources.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
        const expected = namespaces.length === 1 ? (namespaces[0] as Registered).name : null;
        for (const resource of resources.filter(isObject))
          if (!namespaces.includes(resource)) assert.equal(resource.options.deletedWith, expected, resource.name);
      });

      it("makes nothing in a namespace before the namespace and its identities, and no pod before what it mounts", () => {
        const workspace = resources.filter(({ parent }) => parent.endsWith("::workspace")).filter(isObject);
        const namespaces = workspace.filter(({ type }) => type.endsWith(":Namespace"));
        assert.ok(workspace.length > namespaces.length);
        for (const resource of resources.filter(isObject)) {
          const needs = workspace.includes(resource) ? namespaces : workspace;
          if (!namespaces.includes(resource)) assertComesAfter(resource, needs);
        }
        const pods = resources.filter(({ type }) => /:(Deployment|Job)$/.test(type));
        for (const pod of pods) {
          const mounted = mountedBy(pod.inputs);
          assertComesAfter(
            pod,
            resources
              .filter(isObject)
              .filter(({ type, inputs }) => mounted.has(`${type.split(":").at(-1)} ${nameOf(inputs)}`)),
          );
        }
        assert.equal(pods.length, wanted.filter(({ kind }) => kind === "Deployment" || kind === "Job").length);
      });

      it("replaces Jobs and their volumes one after the other, and never two runs at once", () => {
        const jobs = resources.filter(({ type }) => type.endsWith(":Job"));
        for (const { name: own, options, parent } of jobs)
          if (!parent.includes("llmbench:components:SharedObjects"))
            assert.equal(options.deleteBeforeReplace, true, own);
      });

      it("has secrets in Secrets only, and marked as such", () => {
        const markers = [token, foreignKey, randomKey];
        for (const resource of resources) {
          const text = JSON.stringify(resource.inputs);
          const found = markers.filter((marker) => text.includes(marker));
          if (resource.type !== "kubernetes:core/v1:Secret") {
            assert.deepEqual(found, [], resource.name);
            continue;
          }
          assert.equal(found.length, 1, resource.name);
          const outside = { ...resource.inputs, stringData: undefined };
          assert.ok(!markers.some((marker) => JSON.stringify(outside).includes(marker)));
          assert.deepEqual(Object.keys(resource.inputs.stringData as object), ["secret"], resource.name);
        }
      });

      it("has a random key for each engine of ours, and none for others'", () => {
        const passwords = resources.filter(({ type }) => type === passwordType);
        assert.deepEqual(
          passwords.map((password) => password.name).sort(),
          one.targets
            .filter(({ method }) => method !== "existing")
            .map((target) => `workspace-${target.name}-key`)
            .sort(),
        );
        for (const { inputs } of passwords) assert.deepEqual(inputs, { length: 40, special: false });
      });
    });
  }

  it("joins keys and token to Secrets by name, in every namespace that has them", async () => {
    const { resources } = await deployed(scenario("a namespace of its own for the load generator"));
    const secrets = resources.filter(({ type }) => type === "kubernetes:core/v1:Secret");
    const data = secrets.map(({ inputs }) => {
      const { name, namespace } = inputs.metadata as { name: string; namespace: string };
      return [`${namespace}/${name}`, inputs.stringData] as const;
    });
    const key = { secret: { "api-key": randomKey } };
    assert.deepEqual(Object.fromEntries(data), {
      "llmdbench/llm-d-hf-token": { secret: { HF_TOKEN: token } },
      "load/llm-d-hf-token": { secret: { HF_TOKEN: token } },
      "llmdbench/baseline-api-key": key,
      "llmdbench/candidate-api-key": key,
      "load/baseline-api-key": key,
      "load/candidate-api-key": key,
    });
  });

  it("gives an existing engine the key of the configuration", async () => {
    const { resources } = await deployed(scenario("an engine that exists already, with a key"));
    const secret = resources.find(
      ({ type, inputs }) => type === "kubernetes:core/v1:Secret" && nameOf(inputs) === "theirs-api-key",
    );
    assert.deepEqual(secret?.inputs.stringData, { secret: { "api-key": foreignKey } });
    assert.deepEqual(
      resources.filter(({ parent }) => parent.endsWith("::engine-theirs")),
      [],
    );
    assert.equal(only(resources, "llmbench:components:ExistingEndpoint").name, "engine-theirs");
  });

  it("one engine at a time: only its component and runs are there, the Secrets of all are", async () => {
    const { resources } = await deployed(scenario("two engines"), { only: new Set(["candidate"]) });
    const of = (type: string) => resources.filter((resource) => resource.type === type).map(({ name }) => name);
    assert.deepEqual(of("llmbench:components:VllmStandalone"), ["engine-candidate"]);
    assert.deepEqual(
      of("llmbench:components:Harness"),
      [1, 2, 3, 4, 5].map((repetition) => `run-candidate-r${repetition}`),
    );
    assert.equal(of(passwordType).length, 2);
  });
});

function assertComesAfter({ name, options }: Registered, needed: readonly Registered[]): void {
  const missing = needed.filter((one) => !options.dependsOn.includes(one.name));
  assert.deepEqual(
    missing.map((one) => one.name),
    [],
    `${name} does not wait for them`,
  );
}

function nameOf(inputs: Registered["inputs"]): string {
  return (inputs.metadata as { name: string }).name;
}

/** "kind name" of what the pods of a Deployment or Job mount. */
function mountedBy(inputs: Registered["inputs"]): Set<string> {
  const { template } = inputs.spec as { template: { spec: V1PodSpec } };
  return new Set(
    (template.spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim, configMap }) => [
      ...(claim ? [`PersistentVolumeClaim ${claim.claimName}`] : []),
      ...(configMap ? [`ConfigMap ${configMap.name}`] : []),
    ]),
  );
}
