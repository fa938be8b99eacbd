import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject, V1Job, V1PodSpec } from "@kubernetes/client-node";
import { ClusterError } from "../../cluster/clusterError.ts";
import { type Cluster, clusterAccess, connect, reachable } from "../../cluster/connection.ts";
import { stopOtherRuns } from "../../cluster/otherRuns.ts";
import { type AwaitedEngine, type EngineProgress, waitForEngine } from "../../cluster/waitForEngine.ts";
import { waitForRun } from "../../cluster/waitForRun.ts";
import { labelKeys } from "../../manifests/labels.ts";
import { counted, counting, followJob, jobOf, podSpec } from "./equipment/followedJob.ts";

const namespace = `waiting-${randomBytes(3).toString("hex")}`;
const node = "docker.io/library/node:24-bookworm-slim";
const never = new AbortController().signal;

function deployment(name: string, spec: V1PodSpec): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  } as KubernetesObject;
}

/** An engine that is one Deployment behind a Service of its name. */
function awaited(name: string): AwaitedEngine {
  const workload = { kind: "Deployment", name, role: "engine", release: null } as const;
  return { target: name, namespace, workloads: [workload], service: name, downloadJob: null };
}

const job = (name: string, script: string, more: object = {}, labels: Record<string, string> = {}) =>
  jobOf(namespace, name, script, more, labels);

const server = "require('node:http').createServer((q, s) => s.end('ok')).listen(8000)";
/** An engine that answers after 2 s, with the log line of one that loads weights. */
function engineSpec(version: string): V1PodSpec {
  const script = `console.log('Loading safetensors checkpoint shards:  50% Completed | 2/4'); setTimeout(() => {${server}}, 2000)`;
  const probe = { httpGet: { port: 8000, path: "/health" }, periodSeconds: 1 };
  return podSpec({
    image: node,
    command: ["node", "-e", script],
    env: [{ name: "VERSION", value: version }],
    startupProbe: { ...probe, failureThreshold: 60 },
    readinessProbe: probe,
  });
}

describe("waiting on a real cluster", function () {
  this.timeout(180_000);
  let cluster: Cluster;

  before(async () => {
    const kubeconfig = process.env.LLMBENCH_TEST_KUBECONFIG;
    assert.ok(kubeconfig, "LLMBENCH_TEST_KUBECONFIG names the kubeconfig of a cluster for tests");
    const settings = { context: "auto", host: null, certificateAuthority: null };
    cluster = connect(clusterAccess(settings, null, { KUBECONFIG: kubeconfig }));
    assert.equal(await reachable(cluster), null);
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } });
    await create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "gpus", namespace },
      spec: { hard: { "requests.example.com/gpu": "1" } },
    } as KubernetesObject);
    // Pods are refused until the namespace has its service account.
    for (;;) {
      const { items } = await cluster.core.listNamespacedServiceAccount({ namespace });
      if (items.some(({ metadata }) => metadata?.name === "default")) return;
      await sleep(100);
    }
  });

  after(async () => {
    await cluster.core.deleteNamespace({ name: namespace });
  });

  async function create(object: KubernetesObject): Promise<void> {
    await cluster.objects.create(object);
  }

  async function failure(
    name: string,
    spec: V1PodSpec,
    deadlineSeconds: number,
  ): Promise<ClusterError & { seconds: number }> {
    await create(deployment(name, spec));
    const start = Date.now();
    try {
      await waitForEngine(cluster, awaited(name), { deadlineSeconds, signal: never, onProgress: () => {} });
    } catch (error) {
      assert.ok(error instanceof ClusterError, String(error));
      return Object.assign(error, { seconds: (Date.now() - start) / 1000 });
    }
    throw new Error(`${name} became ready`);
  }

  it("follows an engine through download and loading until its Service leads to it, and through an update", async () => {
    const download = `for i in 1 2 3; do echo "{\\"downloadedBytes\\": $((i * 1000)), \\"totalBytes\\": 3000}"; sleep 1.5; done`;
    await create(job("download", download));
    await create(deployment("engine", engineSpec("1")));
    await create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "engine", namespace },
      spec: { selector: { app: "engine" }, ports: [{ port: 8000 }] },
    } as KubernetesObject);
    const seen: EngineProgress[] = [];
    const engine = { ...awaited("engine"), downloadJob: "download" };
    const options = { deadlineSeconds: 60, signal: never, onProgress: (p: EngineProgress) => void seen.push(p) };
    const [first, ...others] = await waitForEngine(cluster, engine, options);
    assert.ok(first);
    assert.deepEqual(others, []);
    assert.equal(first.containers[0]?.restartCount, 0);
    assert.match(first.containers[0]?.imageId ?? "", /sha256:/);
    assert.ok(
      seen.some(
        ({ phase, downloadedBytes, totalBytes }) =>
          phase === "downloading" && downloadedBytes === 2000 && totalBytes === 3000,
      ),
    );
    assert.equal(seen.at(-1)?.phase, "ready");

    const pods = await waitForEngine(cluster, engine, options);
    assert.deepEqual(pods, [first], "nothing changed, nothing is waited for");

    seen.length = 0;
    const body = deployment("engine", engineSpec("2"));
    await cluster.objects.patch(body, undefined, undefined, "test", undefined, "application/merge-patch+json");
    const [second] = await waitForEngine(cluster, engine, options);
    assert.notEqual(second?.uid, first.uid, "the pod of the old template does not count");
    assert.ok(
      seen.some(({ phase, loadedShare }) => phase === "loading" && loadedShare === 0.5),
      "weights are seen loading",
    );
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: "app=engine" });
    assert.deepEqual(
      items.map(({ metadata }) => metadata?.uid),
      [second?.uid],
    );
  });

  it("ends a wait in seconds when an engine cannot become ready, with the cause and the next step", async () => {
    const cases: readonly [string, V1PodSpec, number, RegExp][] = [
      [
        "crash",
        podSpec({ command: ["sh", "-c", "echo ValueError: too long; exit 3"] }),
        60,
        /exit code 3.*\n {2}ValueError: too long/s,
      ],
      [
        "oom",
        podSpec({
          image: node,
          command: ["node", "-e", "const a=[];for(;;)a.push(Buffer.alloc(1e6,1))"],
          resources: { limits: { memory: "64Mi" } },
        }),
        60,
        /out of memory.*limit of 64Mi/,
      ],
      ["no-program", podSpec({ command: ["vllm", "serve"] }), 60, /cannot start its program: exec: "vllm"/],
      [
        "no-image",
        podSpec({ image: "docker.io/vllm/vllm-openai:v9.99.9" }),
        90,
        /cannot pull the image docker.io\/vllm\/vllm-openai:v9.99.9/,
      ],
      ["image-name", podSpec({ image: "docker.io/VLLM/engine" }), 60, /image name that is none/],
      [
        "no-secret",
        podSpec({ env: [{ name: "K", valueFrom: { secretKeyRef: { name: "nowhere", key: "apiKey" } } }] }),
        60,
        /needs the secret "nowhere"/,
      ],
      [
        "label",
        podSpec({}, { nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-b300" } }),
        4,
        /not ready after 4 s: engine pod .* cannot be scheduled: 0 of \d+ nodes have the label cloud.google.com\/gke-accelerator=nvidia-b300/,
      ],
      [
        "quota",
        podSpec({ resources: { limits: { "example.com/gpu": "2" } } }),
        4,
        /not ready after 4 s: Deployment quota gets no pod, the namespace's quota.*example.com\/gpu/,
      ],
      [
        "refused",
        podSpec({ securityContext: {} }),
        60,
        /Deployment refused gets no pod, the namespace's Pod Security Standard refuses it/,
      ],
      [
        "no-answer",
        podSpec({ command: ["sleep", "600"], readinessProbe: { httpGet: { port: 8000 } } }),
        6,
        /not ready after 6 s: it was loading for \d s/,
      ],
    ];
    const errors = await Promise.all(cases.map(([name, spec, deadline]) => failure(name, spec, deadline)));
    for (const [i, [name, , deadline, message]] of cases.entries()) {
      const error = errors[i] as ClusterError & { seconds: number };
      assert.match(error.message, message, name);
      assert.ok(error.next.length > 10, `${name} has a next step`);
      assert.ok(error.seconds < deadline + 20, `${name}: ${error.seconds} s`);
    }
  });

  it("gives up waiting when the user does", async () => {
    await create(deployment("interrupted", podSpec({}, { nodeSelector: { nowhere: "at-all" } })));
    const engine = awaited("interrupted");
    const start = Date.now();
    const wait = waitForEngine(cluster, engine, {
      deadlineSeconds: 60,
      signal: AbortSignal.timeout(1500),
      onProgress: () => {},
    });
    await assert.rejects(wait, { name: /TimeoutError|AbortError/ });
    assert.ok(Date.now() - start < 4000);
  });

  const run = (name: string, script: string, more: object = {}, during?: () => Promise<void>) =>
    followJob(cluster, job(name, script, more), during);

  it("tells how runs end, with every line of their logs once", async () => {
    const [good, bad, late, burst] = await Promise.all([
      run("good", counting(20, 0.2)),
      run("bad", "echo one; printf 'no line feed'; exit 4"),
      run("late", counting(100, 0.5), { activeDeadlineSeconds: 4 }),
      // The pause is for the runtime: what a program writes in the moment of its end containerd may lose (seen: 15,159 of
      // 20,000 lines, by kubectl logs too, and for good).
      run("burst", "seq 1 20000 | sed 's/^/line /'; sleep 2"),
    ]);
    assert.equal(good.outcome, "succeeded");
    assert.equal(good.exitCode, 0);
    assert.deepEqual(good.lines, counted(20));
    assert.equal(good.log, `${counted(20).join("\n")}\n`);
    assert.ok(good.pod?.node);
    assert.ok(Date.parse(good.endedAt ?? "") > Date.parse(good.startedAt ?? ""));
    assert.deepEqual([bad.outcome, bad.exitCode, bad.lines], ["failed", 4, ["one", "no line feed"]]);
    assert.match(bad.reason ?? "", /exit code 4/);
    assert.equal(late.outcome, "deadline");
    assert.ok(late.lines.length >= 2, `${late.lines.length} lines before the deadline`);
    assert.equal(burst.lines.length, 20000);
    assert.equal(burst.log, `${counted(20000).join("\n")}\n`);
  });

  it("a pod that is deleted in the middle of a run is an outcome", async () => {
    const end = await run("deleted", counting(100, 0.5), {}, async () => {
      await sleep(4000);
      await cluster.core.deleteCollectionNamespacedPod({
        namespace,
        labelSelector: "batch.kubernetes.io/job-name=deleted",
      });
    });
    assert.equal(end.outcome, "podLost", JSON.stringify(end.phases));
    assert.ok(end.lines.length >= 2);
    assert.deepEqual(end.lines, counted(end.lines.length));
  });

  it("a run that cannot begin is an error with the cause", async () => {
    const broken = job("never", "true") as V1Job;
    const spec = broken.spec?.template.spec as V1PodSpec;
    spec.containers = spec.containers.map((one) => ({ ...one, image: "docker.io/VLLM/engine" }));
    await create(broken);
    const wait = waitForRun(
      cluster,
      { namespace, name: "never" },
      { deadlineSeconds: 60, signal: never, onLine: () => {}, onPhase: () => {} },
    );
    await assert.rejects(
      wait,
      (error) => error instanceof ClusterError && /image name that is none/.test(error.message),
    );
  });

  it("stops runs of this stack that nobody plans any more, and waits until their pods are gone", async () => {
    const labels = (stack: string) => ({ [labelKeys.stack]: stack, [labelKeys.component]: "harness" });
    await Promise.all([
      create(job("left-over", "sleep 600", {}, labels("mine"))),
      create(job("planned", "sleep 600", {}, labels("mine"))),
      create(job("of-others", "sleep 600", {}, labels("theirs"))),
    ]);
    const said: string[] = [];
    await stopOtherRuns(cluster, [namespace, "not-there"], "mine", ["planned"], (line) => void said.push(line));
    assert.deepEqual(said, ["stopping Job left-over, which is not planned any more"]);
    const { items } = await cluster.core.listNamespacedPod({
      namespace,
      labelSelector: `${labelKeys.component}=harness`,
    });
    assert.deepEqual(items.map(({ metadata }) => metadata?.labels?.["batch.kubernetes.io/job-name"]).sort(), [
      "of-others",
      "planned",
    ]);
  });
});
