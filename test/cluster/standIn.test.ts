import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  createNamespace,
  deleteNamespace,
  describeOnCluster,
  namespaceName,
  testConfig,
  testCore,
} from "./equipment/cluster.ts";
import { type Operation, TestStack } from "./equipment/testStack.ts";

const skipAwait = { "pulumi.com/skipAwait": "true" };
const wentWell = ({ error }: Operation) => assert.equal(error?.message ?? "", "");
/** Ended at once: a shell that waits for its child hears no SIGTERM. */
const brief = { terminationGracePeriodSeconds: 1 };
const sleeper = {
  name: "main",
  image: "docker.io/library/busybox:1.36",
  command: ["sh", "-c", "sleep 600"],
  resources: { requests: { cpu: "0.01", memory: "1024Ki" } },
};

describeOnCluster("stand-in providers under the real engine", (kubeconfig) => {
  const namespace = namespaceName("standin");
  const context = testConfig().currentContext;
  let stack: TestStack;

  before(() => createNamespace(namespace, {}));
  after(() => deleteNamespace(namespace));

  beforeEach(() => {
    stack = new TestStack();
  });

  // What a test leaves goes with the namespace; to destroy each stack would be a fifth of all operations.
  afterEach(() => stack.remove());

  const provider = (args: k8s.ProviderArgs = {}) =>
    new k8s.Provider("cluster", { kubeconfig, context, clusterIdentifier: "the test's", ...args });
  const metadata = (name: string) => ({ name, namespace, annotations: skipAwait });
  const configMap = (options: pulumi.CustomResourceOptions, data: Record<string, string>, name?: string) =>
    new k8s.core.v1.ConfigMap("map", { metadata: name === undefined ? { namespace } : metadata(name), data }, options);
  const job = (options: pulumi.CustomResourceOptions, args: string, activeDeadlineSeconds: number) =>
    new k8s.batch.v1.Job(
      "job",
      {
        // As the product names its Jobs: under one name the new one would meet the old one on its way out, since its
        // deletion is not awaited.
        metadata: metadata(`sleeper-${args}`),
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds,
          template: { spec: { ...brief, restartPolicy: "Never", containers: [{ ...sleeper, args: [args] }] } },
        },
      },
      options,
    );

  it("creates, finds nothing to do, updates in place, and leaves nothing", async () => {
    let replicas = 0;
    stack.program = async () => {
      const options = { provider: provider() };
      const match = { app: "sleeper" };
      new k8s.apps.v1.Deployment(
        "deployment",
        {
          metadata: { ...metadata("sleeper"), labels: {} },
          spec: {
            replicas,
            selector: { matchLabels: match },
            template: { metadata: { labels: match }, spec: { ...brief, hostNetwork: false, containers: [sleeper] } },
          },
        },
        options,
      );
      new k8s.core.v1.Service(
        "service",
        { metadata: metadata("sleeper"), spec: { selector: match, ports: [{ port: 80, targetPort: 8000 }] } },
        options,
      );
      new k8s.core.v1.PersistentVolumeClaim(
        "claim",
        {
          metadata: metadata("claim"),
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
        },
        options,
      );
    };
    const preview = await stack.preview();
    wentWell(preview);
    assert.deepEqual(preview.steps.deployment, ["create"]);

    wentWell(await stack.up());
    const again = await stack.up();
    wentWell(again);
    assert.deepEqual(again.steps, {}, "quantities and zero values that the server wrote differently are no change");

    replicas = 1;
    const changed = await stack.up();
    wentWell(changed);
    assert.deepEqual(changed.steps, { deployment: ["update"] });
    assert.deepEqual((await stack.up()).steps, {});
    wentWell(await stack.refresh());
    assert.deepEqual((await stack.up()).steps, {}, "a refresh finds no drift");

    wentWell(await stack.destroy());
    const left = await testCore().listNamespacedPersistentVolumeClaim({ namespace });
    assert.deepEqual(left.items, []);
  });

  it("replaces a Job when its template changes, and updates its deadline in place", async () => {
    let deadline = 100;
    let args = "one";
    stack.program = async () => {
      const options = { provider: provider() };
      const made = job(options, args, deadline);
      return { uid: made.metadata.uid };
    };
    const first = await stack.up();
    wentWell(first);
    args = "two";
    const second = await stack.up();
    wentWell(second);
    assert.deepEqual(second.steps, { job: ["create-replacement", "replace", "delete-replaced"] });
    assert.notEqual(second.outputs.uid, first.outputs.uid);
    deadline = 200;
    assert.deepEqual((await stack.up()).steps, { job: ["update"] });
  });

  it("deletes a ConfigMap of a fixed name before its replacement, an autonamed one after it", async () => {
    let data = { text: "one" };
    let name: string | undefined = "fixed";
    stack.program = async () => ({ name: configMap({ provider: provider() }, data, name).metadata.name });
    wentWell(await stack.up());
    data = { text: "two" };
    assert.deepEqual((await stack.up()).steps, { map: ["delete-replaced", "replace", "create-replacement"] });

    name = undefined;
    const renamed = await stack.up();
    assert.match(String(renamed.outputs.name), /^map-[0-9a-f]{8}$/);
    assert.deepEqual((await stack.up()).steps, {}, "the name it was given stays");
    data = { text: "three" };
    const replaced = await stack.up();
    assert.deepEqual(replaced.steps, { map: ["create-replacement", "replace", "delete-replaced"] });
    assert.notEqual(replaced.outputs.name, renamed.outputs.name);
  });

  it("does not create over an object that is there already, and says so", async () => {
    stack.program = async () => configMap({ provider: provider() }, { text: "one" }, "kube-root-ca.crt").metadata.name;
    const { error } = await stack.up();
    assert.match(String(error), /configmaps "kube-root-ca.crt" already exists/);
    assert.match(String(error), /already exists in the cluster/);
    const map = await testCore().readNamespacedConfigMap({ namespace, name: "kube-root-ca.crt" });
    assert.equal(map.data?.text, undefined);
  });

  it("does not preview what the API server refuses", async () => {
    stack.program = async () => configMap({ provider: provider() }, { "no key!": "one" }, "invalid");
    assert.match(String((await stack.preview()).error), /a valid config key must consist of/);
  });

  it("previews without a cluster, and refuses to change anything", async () => {
    const nowhere = JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "gone",
      contexts: [{ name: "gone", context: { cluster: "gone", user: "gone" } }],
      clusters: [{ name: "gone", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "gone", user: {} }],
    });
    stack.program = async () => {
      configMap({ provider: provider({ kubeconfig: nowhere, context: "gone" }) }, { text: "one" }, "any");
    };
    const preview = await stack.preview();
    wentWell(preview);
    assert.deepEqual(preview.steps.map, ["create"]);
    assert.match(String((await stack.up()).error), /configured Kubernetes cluster is unreachable: .*ECONNREFUSED/);
  });

  it("keeps secrets out of the state and of what is shown", async () => {
    stack.program = async () => {
      const options = { provider: provider() };
      const password = new random.RandomPassword("password", { length: 40, special: false, minNumeric: 5 });
      const secret = new k8s.core.v1.Secret(
        "secret",
        { metadata: metadata("key"), stringData: { key: password.result } },
        options,
      );
      return { password: password.result, data: secret.data };
    };
    const preview = await stack.preview();
    const up = await stack.up();
    wentWell(up);
    const password = String(up.outputs.password);
    assert.match(password, /^[A-Za-z0-9]{40}$/);
    assert.ok(password.replace(/\D/g, "").length >= 5);
    const live = await testCore().readNamespacedSecret({ namespace, name: "key" });
    const encoded = Buffer.from(password).toString("base64");
    assert.equal(live.data?.key, encoded);
    assert.match(stack.state(), /"ciphertext":"v1:/);
    for (const text of [stack.state(), preview.output, up.output]) {
      assert.ok(!text.includes(password));
      assert.ok(!text.includes(encoded));
    }
    assert.deepEqual((await stack.up()).steps, {});
  });

  it("makes a new random value when its keepers change, and only then", async () => {
    let keeper = "one";
    stack.program = async () => {
      const id = new random.RandomId("id", { byteLength: 4, keepers: { keeper }, prefix: "p-" });
      return { hex: id.hex, dec: id.dec, id: id.id };
    };
    const first = await stack.up();
    assert.match(String(first.outputs.hex), /^p-[0-9a-f]{8}$/);
    const hex = String(first.outputs.hex).slice(2);
    assert.equal(first.outputs.dec, `p-${Number.parseInt(hex, 16)}`);
    assert.equal(first.outputs.id, Buffer.from(hex, "hex").toString("base64url"));
    assert.deepEqual((await stack.up()).steps, {});
    keeper = "two";
    const second = await stack.up();
    assert.deepEqual(second.steps, { id: ["create-replacement", "replace", "delete-replaced"] });
    assert.notEqual(second.outputs.hex, first.outputs.hex);
  });

  it("takes another path to the same cluster as an update of the provider, another cluster as a replacement", async () => {
    let args: k8s.ProviderArgs = {};
    stack.program = async () => {
      configMap({ provider: provider(args) }, { text: "one" }, "fixed");
    };
    wentWell(await stack.up());
    args = { enablePatchForce: true };
    assert.deepEqual((await stack.up()).steps, { cluster: ["update"] });
    args = { clusterIdentifier: "another" };
    const preview = await stack.preview();
    assert.ok(preview.steps.map?.includes("replace"), JSON.stringify(preview.steps));
  });

  it("enforces strict mode", async () => {
    await stack.configure("kubernetes:strictMode", "true");
    stack.program = async () => {
      configMap({}, { text: "one" }, "fixed");
    };
    assert.match(String((await stack.preview()).error), /strict mode prohibits default provider/);
    stack.program = async () => {
      configMap({ provider: provider() }, { text: "one" }, "fixed");
    };
    wentWell(await stack.preview());
  });

  it("refuses what it does not know", async () => {
    stack.program = async () => {
      const { annotations: _, ...bare } = metadata("claim");
      const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
      new k8s.core.v1.PersistentVolumeClaim("claim", { metadata: bare, spec }, { provider: provider() });
    };
    assert.match(String((await stack.up()).error), /the stand-in does not await: v1\/PersistentVolumeClaim "claim"/);
    stack.program = async () => {
      new random.RandomPet("pet");
    };
    assert.match(String((await stack.up()).error), /the stand-in does not know random:index\/randomPet:RandomPet/);
  });
});
