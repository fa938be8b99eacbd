import assert from "node:assert/strict";
import type { V1Deployment, V1Job, V1Pod } from "@kubernetes/client-node";
import { describeOnCluster, testCore } from "./equipment/cluster.ts";
import { GpuStack, hubToken, noGpuStacks, shortLoad } from "./equipment/gpuStack.ts";
import { engines, objectsOf, uidsOf } from "./equipment/objectsOf.ts";
import { isSize, lacks, reviewed } from "./equipment/reviewed.ts";

/** All that differs from the committed stack: the load is short, and the token is not in the file. */
const short = {
  // The default's image is not here; what is tested is the engine and the run around it.
  harness: "llmbench",
  hfToken: hubToken,
  workloadOverrides: { ...shortLoad, "stages.concurrency": [1, 2] },
};
const downloads = "app.kubernetes.io/component=model-cache";

describeOnCluster("the life of gke-a100 on a node that looks as if it had an A100", () => {
  let stack: GpuStack;
  const bench = (...args: string[]) => stack.checkout.bench(...args);
  const up = async () => {
    const { code, stdout, stderr } = await bench("up", "gke-a100");
    assert.equal(code, 0, stderr + stdout);
    return { stdout, stderr };
  };

  before(async function () {
    if (noGpuStacks !== null) {
      console.log(`    skipped: ${noGpuStacks}`);
      this.skip();
    }
    stack = await GpuStack.on({ platform: "gke", gpu: "a100-40", count: 1 }, "gke");
    stack.checkout.committed("gke-a100", short);
  });
  after(() => stack?.remove());

  it("preview says what it takes and costs, and that this node is too small", async () => {
    const { code, stdout, stderr } = await bench("preview", "gke-a100");
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /gke_a100-40_standalone_llama-3b/);
    assert.match(stdout, /fits: 6\.\d GiB of weights/);
    assert.match(stdout, /GPUs +1 x a100-40\n/);
    assert.match(stdout, /cost +\$\d+\.\d\d per hour while deployed \(a100-40 at \$[\d.]+: .+, 20\d\d-/);
    assert.match(stdout, /1 nodes with .*nvidia-tesla-a100.*: 1 nvidia\.com\/gpu in total, 1 free, 1 asked for/);
    // True without the webhook, of which a preview knows nothing.
    assert.match(stdout, /harness: .*16 CPU/);
    assert.ok(!(stdout + stderr).includes(hubToken));
  });

  it("up downloads, loads, runs and reports; SIMULATED, although the scenario says vLLM", async () => {
    const { stdout } = await up();
    const [[run, manifest] = []] = stack.checkout.runs("gke-a100");
    assert.ok(run && manifest);
    assert.equal(manifest.status, "complete");
    assert.equal(manifest.scenarioName, "gke_a100-40_standalone_llama-3b");
    assert.equal(manifest.simulated, true);
    assert.match(stdout, /SIMULATED/);
    for (const file of ["README.md", "report.html", "analysis/data/stats.txt"])
      assert.match(stack.checkout.read("gke-a100", run, file), /SIMULATED/, file);
  });

  it("the cluster holds the reviewed manifests; pods differ from them in size alone", async () => {
    const wanted = reviewed<V1Deployment>("gke-a100", "Deployment");
    const deployed = (await objectsOf<V1Deployment>(stack.checkout, "deployments", engines))[0];
    assert.deepEqual(lacks(deployed?.spec, wanted.spec), []);
    const pod = (await objectsOf<V1Pod>(stack.checkout, "pods", engines))[0];
    const other = lacks(pod?.spec, wanted.spec?.template.spec);
    assert.deepEqual(
      other.filter((path) => !isSize(path)),
      [],
    );
    assert.ok(other.length > 0);
    assert.equal(pod?.spec?.containers[0]?.resources?.limits?.["nvidia.com/gpu"], "1");
  });

  it("the engine answers nobody without its key", () => {
    const ask = 'fetch("http://127.0.0.1:8000/v1/models").then((answer) => console.log(answer.status))';
    const status = stack.checkout.kubectl(
      "exec",
      "deployment/vllm-standalone-llama-3b",
      "-c",
      "engine",
      "--",
      "node",
      "-e",
      ask,
    );
    assert.equal(status.trim(), "401");
  });

  it("up again does nothing; a download Job that finds the model ends at once", async () => {
    const before = await uidsOf(stack.checkout, "jobs");
    const again = await up();
    assert.match(again.stdout, /Nothing was to be done/);
    assert.deepEqual(await uidsOf(stack.checkout, "jobs"), before);
    const [job] = await objectsOf<V1Job>(stack.checkout, "jobs", downloads);
    assert.match(stack.checkout.kubectl("logs", `job/${job?.metadata?.name}`), /is in the cache now$/m);
    const body = { metadata: { name: "download-again" }, spec: job?.spec?.template.spec } as V1Pod;
    await testCore().createNamespacedPod({ namespace: stack.checkout.namespace, body });
    stack.checkout.kubectl("wait", "pod/download-again", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=50s");
    const log = stack.checkout.kubectl("logs", "download-again");
    assert.equal(log, "meta-llama/Llama-3.2-3B-Instruct@main is in the cache already\n");
    stack.checkout.kubectl("delete", "pod", "download-again", "--grace-period=1");
  });

  it("a changed setting of the engine is a new engine and a new run, and downloads nothing", async () => {
    const before = {
      jobs: await uidsOf(stack.checkout, "jobs", downloads),
      pods: await uidsOf(stack.checkout, "pods", engines),
    };
    stack.checkout.committed("gke-a100", { ...short, engine: { maxNumSeqs: 64 } });
    await up();
    assert.deepEqual(await uidsOf(stack.checkout, "jobs", downloads), before.jobs);
    const pods = await objectsOf<V1Pod>(stack.checkout, "pods", engines);
    assert.equal(pods.length, 1);
    assert.ok(!(String(pods[0]?.metadata?.name) in before.pods));
    assert.match(pods[0]?.spec?.containers[0]?.args?.join(" ") ?? "", /--max-num-seqs[ =]64/);
    assert.equal(stack.checkout.runs("gke-a100").size, 2);
  });

  it("the model changes by one key, to a larger one and back", async () => {
    for (const [model, runs] of [
      ["llama-8b", 3],
      ["llama-3b", 3],
    ] as const) {
      stack.checkout.committed("gke-a100", { ...short, model });
      const { stderr } = await up();
      assert.match(stderr, /removing the engine vllm-standalone-/);
      assert.equal(stack.checkout.runs("gke-a100").size, runs, model);
      const served = (await objectsOf<V1Pod>(stack.checkout, "pods", engines)).map(({ metadata }) => metadata?.name);
      assert.ok(
        served.every((name) => name?.startsWith(`vllm-standalone-${model}`)),
        `${served}`,
      );
    }
  });

  it("destroy leaves nothing in the cluster, and all results", async () => {
    const { code, stderr } = await bench("destroy", "gke-a100");
    assert.equal(code, 0, stderr);
    await stack.removeSurroundings();
    assert.deepEqual(await stack.checkout.leftovers(), []);
    assert.equal(stack.checkout.runs("gke-a100").size, 3);
  });
});
