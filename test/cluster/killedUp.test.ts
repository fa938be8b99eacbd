import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dump, load } from "js-yaml";
import type { Ended, Started } from "../engine/checkout.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { engines, harnesses, uidsOf } from "./equipment/objectsOf.ts";
import { runUnderWay } from "./equipment/runUnderWay.ts";

const config = {
  platform: "kind",
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [1], "stages.seconds": 10 },
  harnessSettings: { cpu: 0.2, memory: "256Mi", pvcSize: "1Gi", waitTimeoutSeconds: 120 },
  engine: { cpu: 0.1, memory: "256Mi" },
  cluster: { readyTimeoutSeconds: 120 },
};
const stack = "killed";

interface Kubeconfig {
  "current-context": string;
  clusters: { name: string; cluster: { server: string } }[];
  contexts: { name: string; context: object }[];
}

describeOnCluster("an up that is killed, and a cluster that is not there", (kubeconfig) => {
  const folder = mkdtempSync(join(tmpdir(), "llm-bench-kubeconfig-"));
  const file = join(folder, "config");
  copyFileSync(kubeconfig, file);
  const checkout = new ClusterCheckout("killed", file);

  before(async () => {
    await checkout.ready();
    checkout.stack(stack, config);
  });
  after(async () => {
    delete process.env.LLMBENCH_TEST_HOLD_CREATED;
    await checkout.removeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const pods = (selector: string) => uidsOf(checkout, "pods", selector);
  const statuses = () => [...checkout.runs(stack).values()].map((manifest) => manifest?.status);
  const good = ({ code, stdout, stderr }: Ended) => assert.equal(code, 0, stderr + stdout);

  /** Kills bench, engine and providers at once, as when a machine goes down. */
  async function kill({ pid, ended }: Started): Promise<void> {
    process.kill(-pid, "SIGKILL");
    await ended;
  }

  /** Starts an `up` that never hears that its object of this kind was created, and kills it when the object is there. */
  async function killAtCreationOf(kind: "Deployment" | "Job", selector: string): Promise<Record<string, string>> {
    const plural = kind === "Job" ? "jobs" : "deployments";
    const before = Object.values(await uidsOf(checkout, plural, selector));
    process.env.LLMBENCH_TEST_HOLD_CREATED = kind;
    const up = checkout.start("up", stack);
    delete process.env.LLMBENCH_TEST_HOLD_CREATED;
    const deadline = Date.now() + 300_000;
    for (;;) {
      const now = await uidsOf(checkout, plural, selector);
      if (Object.values(now).some((uid) => !before.includes(uid))) {
        await kill(up);
        return now;
      }
      if (Date.now() > deadline) {
        await kill(up);
        throw new Error(`no ${kind} after 300 s: ${(await up.ended).stderr}`);
      }
      await sleep(300);
    }
  }

  /** The lock is explained; `cancel` frees it. */
  async function freed(): Promise<void> {
    const locked = await checkout.bench("up", stack);
    assert.equal(locked.code, 1);
    assert.match(locked.stderr, /locked/);
    assert.match(locked.stderr, /\.\/bench cancel killed/);
    good(await checkout.bench("cancel", stack));
  }

  it("killed while the engine is deployed, before the state knows of it: up takes it over", async () => {
    const deployed = await killAtCreationOf("Deployment", engines);
    await freed();
    const up = checkout.start("up", stack);
    await runUnderWay(checkout, up);
    process.kill(-up.pid, "SIGINT");
    const { code, stderr } = await up.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /taking over Deployment simulated-llama-8b/);
    assert.match(stderr, /the run goes on in the cluster/);
    assert.deepEqual(await uidsOf(checkout, "deployments", engines), deployed, "it is the same one");
    assert.deepEqual(statuses(), []);
  });

  it("after Ctrl-C in mid-run, a plain up takes the same Job to its end", async () => {
    const before = await pods(harnesses);
    good(await checkout.bench("up", stack));
    assert.deepEqual(await pods(harnesses), before, "one pod in all");
    assert.deepEqual(statuses(), ["complete"]);
  });

  it("killed between a Job's creation and the state's write: up takes the run over", async () => {
    checkout.stack(stack, { ...config, seed: 2 });
    await killAtCreationOf("Job", harnesses);
    good(await checkout.bench("cancel", stack));
    const up = checkout.start("up", stack);
    await runUnderWay(checkout, up);
    const running = await pods(harnesses);
    await kill(up);
    good(await checkout.bench("cancel", stack));
    good(await checkout.bench("up", stack));
    assert.deepEqual(await pods(harnesses), running, "killed again in mid-run: still the same pod");
    assert.deepEqual(statuses(), ["complete", "complete"]);
  });

  it("another current context: up and preview refuse to move the stack, and name both clusters", async () => {
    const { server } = edit((config) => {
      config.clusters.push({ name: "elsewhere", cluster: { server: "https://127.0.0.1:1" } });
      config.contexts.push({ name: "elsewhere", context: { ...config.contexts[0]?.context, cluster: "elsewhere" } });
      config["current-context"] = "elsewhere";
    });
    const up = await checkout.bench("up", stack);
    assert.equal(up.code, 1);
    for (const text of [server, "https://127.0.0.1:1", 'context "elsewhere"', "cluster.context", "./bench destroy"])
      assert.ok(up.stderr.includes(text), `${text} in ${up.stderr}`);
    const preview = await checkout.bench("preview", stack);
    assert.equal(preview.code, 0, preview.stderr);
    assert.match(preview.stdout, /! stack "killed" is deployed on context/);
    copyFileSync(kubeconfig, file);
  });

  it("the cluster is gone at destroy: said at once, and --cluster-gone forgets what was in it", async () => {
    edit((config) => {
      for (const { cluster } of config.clusters) cluster.server = "https://127.0.0.1:1";
    });
    const refused = await checkout.bench("destroy", stack);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /cannot be reached/);
    assert.match(refused.stderr, /\.\/bench destroy killed --cluster-gone/);
    assert.ok(refused.seconds < 60, `${refused.seconds} s`);
    good(await checkout.bench("destroy", stack, "--cluster-gone"));
    copyFileSync(kubeconfig, file);
    const preview = await checkout.bench("preview", stack);
    assert.match(preview.stdout, /Resources: \d+ create\n/);
  });

  it("a namespace that somebody else made: up ends in seconds, says so, and leaves it alone", async () => {
    const before = await pods(engines);
    const { code, stderr, seconds } = await checkout.bench("up", stack);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`namespaces? "${checkout.namespace}" is in the cluster already`));
    assert.match(stderr, /cluster\.createNamespace/);
    assert.ok(seconds < 60, `${seconds} s`);
    assert.deepEqual(await pods(engines), before);
  });

  /** Returns the server that the kubeconfig had. */
  function edit(change: (config: Kubeconfig) => void): { server: string } {
    const parsed = load(readFileSync(file, "utf8")) as Kubeconfig;
    const server = parsed.clusters[0]?.cluster.server ?? "";
    change(parsed);
    writeFileSync(file, dump(parsed));
    return { server };
  }
});
