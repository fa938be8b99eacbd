import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import {
  createNamespace,
  deleteNamespace,
  describeOnCluster,
  namespaceName,
  testConfig,
  testCore,
} from "./equipment/cluster.ts";
import { useHelm } from "./equipment/helm.ts";
import { type Operation, TestStack } from "./equipment/testStack.ts";

const wentWell = ({ error }: Operation) => assert.equal(error?.message ?? "", "");

describeOnCluster("stand-in provider of Helm releases under the real engine", (kubeconfig) => {
  const namespace = namespaceName("release");
  const chart = mkdtempSync(join(tmpdir(), "llm-bench-chart-"));
  let stack: TestStack;
  let values: Record<string, unknown>;
  let name: string;

  before(async function () {
    this.timeout(600_000);
    await Promise.all([useHelm(), createNamespace(namespace, {})]);
  });
  after(async () => {
    rmSync(chart, { recursive: true });
    await deleteNamespace(namespace);
  });

  beforeEach(() => {
    stack = new TestStack();
    values = { text: "one" };
    name = "small";
    writeChart("1.0.0");
    stack.program = async () => {
      const provider = new k8s.Provider("cluster", { kubeconfig, context: testConfig().currentContext });
      const release = new k8s.helm.v3.Release(
        "release",
        { name, namespace, chart, values, skipAwait: true, cleanupOnFail: true, createNamespace: false },
        { provider },
      );
      return { status: release.status, names: release.resourceNames };
    };
  });
  afterEach(async () => {
    await stack.destroy();
    stack.remove();
  });

  /** A ConfigMap with a text; `key` lets a test give it a key that the API server refuses. */
  function writeChart(version: string): void {
    mkdirSync(join(chart, "templates"), { recursive: true });
    writeFileSync(join(chart, "Chart.yaml"), `apiVersion: v2\nname: small\nversion: ${version}\nappVersion: "7"\n`);
    const map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-map\n";
    const data = `data:\n  {{ .Values.key | default "text" | quote }}: {{ .Values.text | quote }}\n  version: {{ .Chart.Version }}\n`;
    writeFileSync(join(chart, "templates", "map.yaml"), map + data);
  }

  const map = async (release = name) =>
    (await testCore().readNamespacedConfigMap({ namespace, name: `${release}-map` })).data;
  const records = async () => {
    const { items } = await testCore().listNamespacedSecret({ namespace, labelSelector: "owner=helm" });
    return items.map(({ metadata }) => `${metadata?.name} ${metadata?.labels?.status}`);
  };

  it("installs, finds nothing to do, upgrades in place under the same name, and uninstalls", async () => {
    const preview = await stack.preview();
    wentWell(preview);
    assert.deepEqual(preview.steps.release, ["create"]);
    assert.deepEqual(await records(), []);

    const first = await stack.up();
    wentWell(first);
    const status = { name, namespace, chart: "small", version: "1.0.0", appVersion: "7", status: "deployed" };
    assert.deepEqual(first.outputs.status, { ...status, revision: 1 });
    assert.deepEqual(first.outputs.names, { "ConfigMap/v1": ["small-map"] });
    assert.deepEqual(await map(), { text: "one", version: "1.0.0" });
    assert.deepEqual((await stack.up()).steps, {});
    wentWell(await stack.refresh());
    assert.deepEqual((await stack.up()).steps, {}, "a refresh finds no drift");

    values = { text: "two" };
    const second = await stack.up();
    wentWell(second);
    assert.deepEqual(second.steps, { release: ["update"] });
    assert.deepEqual(second.outputs.status, { ...status, revision: 2 });
    assert.equal((await map())?.text, "two");

    wentWell(await stack.destroy());
    assert.deepEqual(await records(), []);
    await assert.rejects(map(), /not found/);
  });

  it("takes another version of the chart for an update, another name for a replacement", async () => {
    wentWell(await stack.up());
    writeChart("1.1.0");
    const newer = await stack.up();
    assert.deepEqual(newer.steps, { release: ["update"] });
    assert.equal((await map())?.version, "1.1.0");
    name = "other";
    const renamed = await stack.up();
    wentWell(renamed);
    assert.deepEqual(renamed.steps, { release: ["create-replacement", "replace", "delete-replaced"] });
    assert.deepEqual(await records(), ["sh.helm.release.v1.other.v1 deployed"]);
  });

  it("keeps what failed, says why, and mends it with the next up", async () => {
    values = { text: "one", key: "no key!" };
    const { error } = await stack.up();
    assert.match(String(error), /Helm release "\S+\/small" was created, but failed to initialize completely/);
    assert.match(String(error), /a valid config key must consist of/);
    assert.deepEqual(await records(), ["sh.helm.release.v1.small.v1 failed"]);
    values = { text: "one" };
    const mended = await stack.up();
    wentWell(mended);
    assert.deepEqual(mended.steps, { release: ["update"] });
    assert.equal((mended.outputs.status as { status: string }).status, "deployed");
  });

  it("neither installs over a release that is there nor goes on where another operation is in progress", async () => {
    wentWell(await stack.up());
    const core = testCore();
    const [record] = (await core.listNamespacedSecret({ namespace, labelSelector: "owner=helm" })).items;
    assert.ok(record?.metadata?.name);
    const other = new TestStack();
    other.program = stack.program;
    try {
      assert.match(String((await other.up()).error), /cannot re-?use a name that is still in use/);
    } finally {
      other.remove();
    }
    // What an install leaves that was cut off: the record's status is in its labels and in its text.
    const release = JSON.parse(gunzipped(record.data?.release ?? "")) as { info: { status: string } };
    release.info.status = "pending-upgrade";
    record.metadata.labels = { ...record.metadata.labels, status: "pending-upgrade" };
    record.data = { release: zipped(JSON.stringify(release)) };
    await core.replaceNamespacedSecret({ namespace, name: record.metadata.name, body: record });
    values = { text: "two" };
    assert.match(String((await stack.up()).error), /another operation \(install\/upgrade\/rollback\) is in progress/);
    assert.equal((await map())?.text, "one");
  });

  it("says in the preview that there is no such chart, and what is wrong with it", async () => {
    rmSync(join(chart, "Chart.yaml"));
    const { error } = await stack.preview();
    assert.match(String(error), /Chart\.yaml.*; check the chart name and repository configuration/);
  });

  it("keeps secrets of the values out of the state and of what is shown", async () => {
    stack.program = async () => {
      const provider = new k8s.Provider("cluster", { kubeconfig, context: testConfig().currentContext });
      const password = new random.RandomPassword("password", { length: 40, special: false });
      const { status } = new k8s.helm.v3.Release(
        "release",
        { name, namespace, chart, values: { text: password.result }, skipAwait: true },
        { provider },
      );
      return { password: password.result, status };
    };
    const preview = await stack.preview();
    wentWell(preview);
    const up = await stack.up();
    wentWell(up);
    const password = String(up.outputs.password);
    assert.equal((await map())?.text, password);
    for (const text of [stack.state(), preview.output, up.output]) assert.ok(!text.includes(password));
    assert.deepEqual((await stack.up()).steps, {});
  });

  it("refuses what it does not carry out", async () => {
    stack.program = async () => {
      const provider = new k8s.Provider("cluster", { kubeconfig, context: testConfig().currentContext });
      new k8s.helm.v3.Release("release", { name, namespace, chart, skipCrds: true, postrender: "cat" }, { provider });
    };
    assert.match(String((await stack.preview()).error), /the stand-in does not know .*postrender.* of a Release/);
  });
});

/** Text of a release's record: JSON, zipped, in base64 by Helm and once more by Kubernetes. */
function gunzipped(record: string): string {
  const once = Buffer.from(record, "base64").toString();
  return gunzipSync(Buffer.from(once, "base64")).toString();
}

function zipped(text: string): string {
  return Buffer.from(gzipSync(text).toString("base64")).toString("base64");
}
