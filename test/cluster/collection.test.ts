import assert from "node:assert/strict";
import { createCipheriv, createHash, type Hash } from "node:crypto";
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { KubeConfig, type V1Job, type V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "../../cluster/clusterError.ts";
import { type CollectProgress, collectFiles, defaultChunkBytes } from "../../cluster/collectFiles.ts";
import { type Cluster, connect } from "../../cluster/connection.ts";
import { exec } from "../../cluster/exec.ts";
import { gatherFacts, writeFacts } from "../../cluster/facts.ts";
import { execInReader, withReader } from "../../cluster/reader.ts";
import { nodeImageOf } from "../../manifests/images.ts";
import { podLabels } from "../../manifests/labels.ts";
import { harnessJobName, resultsClaim, runnerServiceAccount } from "../../manifests/names.ts";
import { containerSecurityContext, podSecurityContext } from "../../manifests/podSecurity.ts";
import { readerPod } from "../../manifests/readerPod.ts";
import { scenarioOf } from "../manifests/stacks.ts";
import { CuttingProxy } from "./cuttingProxy.ts";
import { createNamespace, deleteNamespace, describeOnCluster, namespaceName, testConfig } from "./equipment/cluster.ts";

const namespace = namespaceName("collection");
const scenario = scenarioOf({
  platform: "kind",
  method: "simulated",
  gpu: "h100-80",
  model: "llama-8b",
  workload: "local",
  cluster: { namespace },
  harnessSettings: { cpu: 0.5, memory: "512Mi", pvcSize: "1Gi" },
});
const run = { runId: "llama-8b-0123abcd-r1", attempt: 1 };
const never = new AbortController().signal;
/** Three times what a collection may hold. */
const megabytes = 200;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is in use: the resident size tells how lazily garbage is collected. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const marker = "hf_markerThatMustNotBeFoundAnywhere";
const names = ["requests.bin", "with space.json", "ünï/日本 語.txt", "quote'\"$HOME.txt", "empty"];

/** What the Job leaves: a few odd names, and one large file of bytes that do not compress but are known. */
const writer = `
  const fs = require("node:fs"), { createCipheriv } = require("node:crypto");
  for (const folder of ["small/ünï", "large", "hollow"]) fs.mkdirSync("/requests/" + folder, { recursive: true });
  for (const name of ${JSON.stringify(names)}) fs.writeFileSync("/requests/small/" + name, name === "empty" ? "" : name.repeat(1000));
  fs.symlinkSync("/etc/passwd", "/requests/small/passwd");
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16));
  const file = fs.openSync("/requests/large/large.bin", "w"), zeros = Buffer.alloc(1 << 20);
  for (let i = 0; i < ${megabytes}; i++) fs.writeSync(file, cipher.update(zeros));
`;

function largeHash(): string {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16));
  const hash = createHash("sha256");
  for (let i = 0; i < megabytes; i++) hash.update(cipher.update(Buffer.alloc(1 << 20)));
  return hash.digest("hex");
}

async function hashOf(file: string): Promise<string> {
  const hash: Hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

function job(): V1Job {
  const labels = podLabels(scenario, "harness", { target: "llama-8b", run: run.runId });
  return {
    metadata: { name: harnessJobName(scenario, run), namespace, labels },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          securityContext: podSecurityContext(scenario),
          containers: [
            {
              name: "harness",
              image: nodeImageOf(scenario),
              command: ["node", "-e", writer],
              env: [{ name: "SOME_TOKEN", value: marker }],
              securityContext: containerSecurityContext({ readOnlyRoot: true }),
              volumeMounts: [{ name: "results", mountPath: "/requests" }],
            },
          ],
          volumes: [{ name: "results", persistentVolumeClaim: { claimName: resultsClaim } }],
        },
      },
    },
  };
}

describeOnCluster("collection from a real cluster", function () {
  this.timeout(300_000);
  let cluster: Cluster;
  let owner: { name: string; uid: string };
  let node: string;
  let into: string;

  const clusterAt = (config: KubeConfig) =>
    connect({
      identity: { context: config.getCurrentContext(), server: config.getCurrentCluster()?.server ?? "" },
      config,
      kubeconfig: { path: "" },
    });
  const reader = (): V1Pod => readerPod(scenario, run, owner, node);
  const options = { deadlineSeconds: 60, signal: never };
  const collect = (from: string, more: Partial<Parameters<typeof collectFiles>[4]> = {}, through = cluster) =>
    withReader(through, reader(), options, (one) =>
      collectFiles(through, one, `/requests/${from}`, into, { signal: never, ...more }),
    );
  const readers = async () => {
    const { items } = await cluster.core.listNamespacedPod({
      namespace,
      labelSelector: "app.kubernetes.io/component=reader",
    });
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  };

  before(async () => {
    cluster = clusterAt(testConfig());
    await createNamespace(namespace);
    await cluster.core.createNamespacedServiceAccount({
      namespace,
      body: { metadata: { name: runnerServiceAccount } },
    });
    await cluster.core.createNamespacedPersistentVolumeClaim({
      namespace,
      body: {
        metadata: { name: resultsClaim },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    });
    const { metadata } = await cluster.batch.createNamespacedJob({ namespace, body: job() });
    owner = { name: metadata?.name ?? "", uid: metadata?.uid ?? "" };
    for (;;) {
      const { status } = await cluster.batch.readNamespacedJob({ namespace, name: owner.name });
      assert.ok(!status?.failed, "the Job that writes the files succeeds");
      if (status?.succeeded) break;
      await sleep(200);
    }
    const { items } = await cluster.core.listNamespacedPod({ namespace });
    node = items[0]?.spec?.nodeName ?? "";
  });

  after(() => deleteNamespace(namespace));
  beforeEach(() => {
    into = mkdtempSync(join(tmpdir(), "collected-"));
  });
  afterEach(() => rmSync(into, { recursive: true, force: true }));

  it("brings files of any name home, as a pod that the restricted standard admits, and leaves no pod", async () => {
    const refused: string[] = [];
    const start = performance.now();
    const files = await collect("small", { onRefused: (path, what) => refused.push(`${path}: ${what}`) });
    const seconds = (performance.now() - start) / 1000;
    assert.deepEqual(files.map(({ path }) => path).sort(), names.toSorted());
    for (const name of names) {
      assert.equal(readFileSync(join(into, name), "utf8"), name === "empty" ? "" : name.repeat(1000));
    }
    assert.deepEqual(refused, ["passwd: a symbolic link"]);
    assert.deepEqual(await readers(), []);
    const { status } = await cluster.batch.readNamespacedJob({ namespace, name: owner.name });
    assert.deepEqual([status?.succeeded, status?.failed, status?.active], [1, undefined, undefined]);
    // 1.5 to 2 s on two cores that do nothing else.
    assert.ok(seconds < 15, `${seconds} s`);
  });

  it("brings a large file home whole although connections break in the middle, and in little memory", async () => {
    const config = testConfig();
    const server = config.getCurrentCluster()?.server ?? "";
    const proxy = new CuttingProxy(new URL(server));
    const url = await proxy.listen();
    const cut = new KubeConfig();
    cut.loadFromOptions({
      clusters: config.clusters.map((one) => ({ ...one, server: url, caData: undefined, skipTLSVerify: true })),
      users: config.users,
      contexts: config.contexts,
      currentContext: config.getCurrentContext(),
    });
    proxy.cuts = 6;
    proxy.cutAfterBytes = 3 << 20;
    const before = heldBytes();
    let most = 0;
    const onProgress = () => {
      most = Math.max(most, heldBytes() - before);
    };
    try {
      const [file] = await collect("large", { onProgress, pausesMs: [100, 300, 1000, 3000] }, clusterAt(cut));
      assert.equal(file?.bytes, megabytes << 20);
      assert.equal(proxy.done, 6);
      assert.equal(await hashOf(join(into, "large.bin")), largeHash());
      // An answer or two, as they came and unpacked, and what the proxy carries: however large the file and fast the network.
      assert.ok(most < 8 * defaultChunkBytes, `${Math.round(most / 1e6)} MB more than before`);
    } finally {
      proxy.close();
    }
  });

  it("an interrupted collection leaves no reader, and the next one goes on where it stopped", async () => {
    const stop = new AbortController();
    const interrupted = withReader(cluster, reader(), { deadlineSeconds: 60, signal: stop.signal }, (one) =>
      collectFiles(cluster, one, "/requests/large", into, {
        signal: stop.signal,
        onProgress: ({ bytesDone }) => bytesDone > 50e6 && stop.abort(),
      }),
    );
    await assert.rejects(interrupted, { name: "AbortError" });
    assert.deepEqual(await readers(), []);
    assert.deepEqual(readdirSync(into), ["large.bin.part"]);
    const seen: CollectProgress[] = [];
    await collect("large", { onProgress: (now) => seen.push(now) });
    assert.ok((seen[0]?.bytesDone ?? 0) > 50e6, "the first 50 MB are not fetched again");
    assert.deepEqual(seen.at(-1), { files: 1, filesDone: 1, bytes: megabytes << 20, bytesDone: megabytes << 20 });
    assert.equal(await hashOf(join(into, "large.bin")), largeHash());
  });

  it("removes a reader that an earlier call left behind", async () => {
    const left = reader();
    Object.assign(left.metadata ?? {}, { name: `${left.metadata?.name}-left` });
    await cluster.core.createNamespacedPod({ namespace, body: left });
    await withReader(cluster, reader(), options, async (one) => {
      assert.deepEqual(
        (await readers()).map(({ metadata }) => metadata?.name),
        [one.pod],
      );
    });
    assert.deepEqual(await readers(), []);
  });

  it("says where the results are when its pod is deleted under it", async () => {
    const remove = async () => {
      const [name = ""] = (await readers()).map(({ metadata }) => metadata?.name);
      await cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    };
    let removed: Promise<unknown> | null = null;
    const onProgress = ({ bytesDone }: CollectProgress) => {
      if (bytesDone > 0) removed ??= remove();
    };
    await assert.rejects(
      collect("large", { onProgress, pausesMs: [100, 200, 300, 400] }),
      (error) =>
        error instanceof ClusterError &&
        /claim "workload-pvc", was deleted/.test(error.message) &&
        /collect again/.test(error.next),
    );
    await removed;
  });

  it("names folder and claim when there is nothing to collect", async () => {
    await assert.rejects(collect("hollow"), /claim "workload-pvc" holds no file in \/requests\/hollow/);
    await assert.rejects(collect("no such"), /claim "workload-pvc" has no folder \/requests\/no such/);
  });

  it("gives up at its deadline on a reader that no node takes, with the scheduler's words", async () => {
    const homeless = reader();
    Object.assign(homeless.spec ?? {}, { nodeSelector: { "no-such": "label" } });
    const start = performance.now();
    await assert.rejects(
      withReader(cluster, homeless, { deadlineSeconds: 4, signal: never }, (one) =>
        execInReader(cluster, one, ["true"], { signal: never }),
      ),
      (error) => error instanceof ClusterError && /node/.test(error.message) && /still in the claim/.test(error.next),
    );
    assert.ok(performance.now() - start < 15_000);
    assert.deepEqual(await readers(), []);
  });

  it("gives up at once on an image that runs no Node, and on a name that is none", async () => {
    const other = reader();
    Object.assign(other.spec?.containers[0] ?? {}, { image: "docker.io/library/busybox:1.36" });
    await assert.rejects(
      withReader(cluster, other, options, (one) =>
        collectFiles(cluster, one, "/requests/small", into, { signal: never }),
      ),
      (error) => error instanceof ClusterError && /harness.image/.test(error.next),
    );
    const wrong = reader();
    Object.assign(wrong.spec?.containers[0] ?? {}, { image: "Not/An:Image:Name" });
    await assert.rejects(
      withReader(cluster, wrong, options, (one) => execInReader(cluster, one, ["true"], { signal: never })),
      (error) => error instanceof ClusterError && /InvalidImageName|Not\/An/.test(error.message),
    );
  });

  it("returns what a command says, and how it failed", async () => {
    await withReader(cluster, reader(), options, async (one) => {
      const node = (script: string) => ["node", "-e", script];
      const many = await execInReader(cluster, one, node("process.stdout.write(Buffer.alloc(5e6, 'x'))"), {
        signal: never,
      });
      assert.equal(many.length, 5e6);
      await assert.rejects(exec(cluster, one, node("console.error('so it is'); process.exit(7)")), {
        name: "ExecExit",
        code: 7,
        stderr: "so it is",
      });
      await assert.rejects(
        exec(cluster, one, node("setTimeout(() => {}, 60000)"), { idleSeconds: 1 }),
        /no byte for 1 s/,
      );
    });
  });

  it("tells the facts of a run, and no secret", async () => {
    const query = {
      namespaces: [namespace],
      stack: scenario.stack,
      target: "llama-8b",
      runId: run.runId,
      since: new Date(0),
    };
    const facts = await gatherFacts(cluster, query);
    writeFacts(facts, into);
    const written = (name: string) => readFileSync(join(into, "environment", name), "utf8");
    const [pod] = JSON.parse(written("pods.json")).pods;
    assert.equal(pod.component, "harness");
    assert.equal(pod.containers[0].exitCode, 0);
    for (const time of ["createdAt", "scheduledAt", "startedAt"]) assert.match(pod[time], /^\d{4}-.*Z$/, time);
    const [machine] = JSON.parse(written("nodes.json")).nodes;
    assert.equal(machine.name, node);
    assert.match(machine.kubelet, /^v1\./);
    const events: { at: string; reason: string }[] = JSON.parse(written("events.json")).events;
    assert.ok(events.some(({ reason }) => reason === "Scheduled"));
    assert.deepEqual(
      events,
      events.toSorted((a, b) => a.at.localeCompare(b.at)),
    );
    assert.match(written("context.ctx"), /^version: v1\./m);
    for (const name of readdirSync(join(into, "environment"))) {
      assert.ok(!written(name).includes(marker), name);
      assert.ok(!written(name).includes("last-applied-configuration"), name);
    }
  });

  it("says what it may not know, and fails for none of it", async () => {
    const { status } = await cluster.core.createNamespacedServiceAccountToken({
      namespace,
      name: runnerServiceAccount,
      body: { spec: { audiences: [] } } as never,
    });
    const config = testConfig();
    const server = config.getCurrentCluster();
    const nobody = new KubeConfig();
    nobody.loadFromClusterAndUser(server as never, { name: "nobody", token: status?.token ?? "" });
    const query = {
      namespaces: [namespace],
      stack: scenario.stack,
      target: "llama-8b",
      runId: run.runId,
      since: new Date(0),
    };
    const facts = await gatherFacts(clusterAt(nobody), query);
    for (const part of [facts.pods, facts.events]) {
      assert.equal(part.value, null);
      assert.match(part.reason ?? "", /HTTP 403: .*forbidden/);
    }
    assert.match(facts.nodes.reason ?? "", /pods/);
    await assert.rejects(
      withReader(clusterAt(nobody), reader(), options, async () => {}),
      (error) => error instanceof ClusterError && /could not be created.*forbidden/.test(error.message),
    );
    assert.deepEqual(await readers(), []);
  });
});
