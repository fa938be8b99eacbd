import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { importRun } from "../../analysis/import/importRun.ts";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { type Forwarder, forwardTo } from "./equipment/forwarder.ts";

/** A vLLM that runs beside the cluster, e.g. http://127.0.0.1:8010; on CPU it is slow, so little is asked of it. */
const url = process.env.LLMBENCH_TEST_VLLM_URL;
/** Where to keep the results, if anywhere. */
const keep = process.env.LLMBENCH_TEST_KEEP_RESULTS;

describeOnCluster("a real vLLM as an existing engine, benchmarked from the cluster", (kubeconfig) => {
  let checkout: ClusterCheckout | undefined;
  let forwarder: Forwarder | undefined;

  before(async function () {
    if (!url) {
      console.log("    skipped: LLMBENCH_TEST_VLLM_URL names no vLLM");
      this.skip();
    }
    checkout = new ClusterCheckout("vllm");
    await checkout.ready();
    forwarder = await forwardTo(url, kubeconfig);
    const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
    checkout.stack("vllm-from-cluster", {
      platform: "kind",
      method: "existing",
      targets: [{ name: "vllm-cpu", url: forwarder.url, servedModel: models.data[0]?.id }],
      workload: "concurrency-sweep",
      workloadOverrides: {
        api: "completions",
        "data.form": "tokenIds",
        "data.inputTokens": { type: "fixed", value: 64 },
        "data.outputTokens": { type: "fixed", value: 16 },
        "warmup.requests": 4,
        "warmup.concurrency": 2,
        "stages.concurrency": [1, 2],
        "stages.seconds": Number(process.env.LLMBENCH_TEST_VLLM_SECONDS ?? 5),
      },
      harnessSettings: { cpu: 0.2, memory: "256Mi", pvcSize: "1Gi" },
    });
  });
  after(async () => {
    await forwarder?.close();
    await checkout?.removeAll();
  });

  it("completes the same way, and nothing says SIMULATED", async () => {
    const own = checkout as ClusterCheckout;
    const { code, stdout, stderr } = await own.bench("up", "vllm-from-cluster");
    assert.equal(code, 0, stderr + stdout);
    const [[run, manifest] = []] = own.runs("vllm-from-cluster");
    assert.ok(run && manifest);
    if (keep) cpSync(join(own.results, "vllm-from-cluster", run), keep, { recursive: true });
    assert.equal(manifest.status, "complete");
    assert.equal(manifest.simulated, false);
    for (const file of ["README.md", "report.html", "analysis/data/stats.txt"])
      assert.doesNotMatch(own.read("vllm-from-cluster", run, file), /SIMULATED/, file);
    const { requests } = await importRun(join(own.results, "vllm-from-cluster", run));
    assert.ok(requests !== null && requests.outputTokens.length > 0);
    assert.deepEqual(requests.outputTokens, requests.outputTokensAsked);
  });

  it("destroy takes the run away and leaves the engine alone", async () => {
    const own = checkout as ClusterCheckout;
    assert.equal((await own.bench("destroy", "vllm-from-cluster")).code, 0);
    assert.deepEqual(await own.leftovers(), []);
    assert.equal((await fetch(`${url}/health`)).status, 200);
  });
});
