import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { importRun } from "../../analysis/import/importRun.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { engines, harnesses, uidsOf } from "./equipment/objectsOf.ts";
import { runUnderWay } from "./equipment/runUnderWay.ts";

/** Long enough that a fault strikes in its middle also on a slow machine, small enough for a busy one. */
const faulted = {
  platform: "kind",
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [1, 2], "stages.seconds": 5 },
  harnessSettings: { cpu: 0.2, memory: "256Mi", pvcSize: "1Gi", waitTimeoutSeconds: 120 },
  engine: { cpu: 0.1, memory: "256Mi" },
  cluster: { readyTimeoutSeconds: 120 },
};

const flat = (text: string) => text.replace(/\s+/g, " ");

describeOnCluster("faults in the middle of a run", () => {
  const checkout = new ClusterCheckout("run");
  const stack = "faulty";
  let first: string;
  let firstFiles: string;

  before(async () => {
    await checkout.ready();
    checkout.stack(stack, faulted);
  });
  after(() => checkout.removeAll());

  /** `up`, and the fault when the run has begun. */
  async function upWith(fault: (pod: string) => unknown, ...options: string[]) {
    const up = checkout.start("up", stack, ...options);
    await fault(await runUnderWay(checkout, up));
    return up.ended;
  }
  const lastRun = () => {
    const [name, manifest] = [...checkout.runs(stack)].at(-1) ?? [];
    assert.ok(name !== undefined && manifest);
    return { name, manifest };
  };

  it("the engine's pod is killed: partial, with its replacement named and the failed requests in the records", async () => {
    const { code, stdout, stderr } = await upWith(() =>
      checkout.kubectl("delete", "pod", "--selector", engines, "--grace-period=0", "--force"),
    );
    assert.equal(code, 1, stderr + stdout);
    const { name, manifest } = lastRun();
    assert.equal(manifest.status, "partial");
    assert.match(manifest.reason ?? "", /^the engine's pod simulated-llama-8b-\S+ was replaced during the run/);
    assert.match(flat(stdout), /the engine's pod \S+ was replaced during the run/);
    const { requests } = await importRun(join(checkout.results, stack, name));
    assert.ok(requests !== null);
    const failed = requests.outcome.filter((outcome) => outcome !== 0).length;
    assert.ok(failed > 0 && failed < requests.length, `${failed} of ${requests.length} failed`);
    assert.match(checkout.read(stack, name, "report.html"), /replaced during the run/);
    first = name;
    firstFiles = digest(join(checkout.results, stack, name));
  });

  it("a plain up reports the partial run, does not repeat it, and names --retry", async () => {
    const { code, stdout } = await checkout.bench("up", stack);
    assert.equal(code, 1);
    assert.match(stdout, /next: \.\/bench up faulty --retry/);
    assert.deepEqual([...checkout.runs(stack).keys()], [first]);
    assert.equal(Object.keys(await uidsOf(checkout, "jobs", harnesses)).length, 1);
  });

  it("--retry runs beside the first; the load generator's pod is drained meanwhile: partial, with what it flushed", async () => {
    const { code, stdout, stderr } = await upWith((pod) => checkout.kubectl("delete", "pod", pod), "--retry");
    assert.equal(code, 1, stderr + stdout);
    const { name, manifest } = lastRun();
    assert.equal(name, `${first}-a2`);
    assert.equal(manifest.status, "partial");
    assert.match(manifest.reason ?? "", /SIGTERM|deleted/);
    const { requests } = await importRun(join(checkout.results, stack, name));
    assert.ok(requests !== null && requests.length > 0);
    assert.equal(digest(join(checkout.results, stack, first)), firstFiles, "the first attempt is untouched");
  });

  it("the load generator's pod is killed without grace: partial, with what it had written", async () => {
    const { code, stdout, stderr } = await upWith(async (pod) => {
      // What was measured is on disk a second later at the latest.
      await sleep(3000);
      checkout.kubectl("delete", "pod", pod, "--grace-period=0", "--force");
    }, "--retry");
    assert.equal(code, 1, stderr + stdout);
    const { name, manifest } = lastRun();
    assert.equal(name, `${first}-a3`);
    assert.equal(manifest.status, "partial");
    // The object is gone at once; the kubelet asks the process to stop all the same.
    assert.match(manifest.reason ?? "", /SIGTERM|deleted/);
    const { requests } = await importRun(join(checkout.results, stack, name));
    assert.ok(requests !== null && requests.length > 0);
  });

  it("the API server is killed: the run goes on and is complete", async function () {
    const fault = process.env.LLMBENCH_TEST_CLUSTER_FAULT;
    const cluster = process.env.LLMBENCH_TEST_CLUSTER;
    if (!fault || !cluster) return this.skip();
    const shell = (line: string) => promisify(execFile)("sh", ["-c", line]);
    const { code, stdout, stderr } = await upWith(async () => {
      await shell(`${fault} apiserver`);
      await shell(`${cluster} up`);
    }, "--retry");
    assert.equal(code, 0, stderr + stdout);
    const { name, manifest } = lastRun();
    assert.equal(name, `${first}-a4`);
    assert.equal(manifest.status, "complete");
  });

  it("then a plain up has nothing to do, and no attempt was changed by a later one", async () => {
    const { code, stdout, stderr } = await checkout.bench("up", stack);
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /Nothing was to be done/);
    assert.equal(digest(join(checkout.results, stack, first)), firstFiles);
  });

  it("destroy leaves nothing behind but the results", async () => {
    const { code, stderr } = await checkout.bench("destroy", stack);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      (await checkout.leftovers()).filter((entry) => entry.includes(checkout.namespace)),
      [],
    );
    assert.equal(checkout.runs(stack).get(first)?.status, "partial");
  });
});

/** Of all files below a folder, names included. */
function digest(folder: string): string {
  const hash = createHash("sha256");
  for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
    const file = join(folder, name);
    hash.update(name);
    if (statSync(file).isFile()) hash.update(readFileSync(file));
  }
  return hash.digest("hex");
}
