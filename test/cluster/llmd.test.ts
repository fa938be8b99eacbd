import assert from "node:assert/strict";
import type { V1Deployment, V1Job } from "@kubernetes/client-node";
import { describeOnCluster } from "./equipment/cluster.ts";
import { ClusterCheckout } from "./equipment/clusterCheckout.ts";
import { useHelm } from "./equipment/helm.ts";
import { importLlmdImages } from "./equipment/llmd/image.ts";
import { noLlmd, releasesOf, smallLlmd } from "./equipment/llmdStack.ts";
import { harnesses, objectsOf, uidsOf } from "./equipment/objectsOf.ts";
import { metricsPages } from "./equipment/serverRecord.ts";

describeOnCluster("llm-d on a cluster: simulated engines behind a router, by Helm releases", () => {
  const checkout = new ClusterCheckout("llmd");
  const stack = "routed";
  const up = (...options: string[]) => checkout.bench("up", stack, ...options);
  const runs = () => [...checkout.runs(stack).keys()];

  before(async function () {
    this.timeout(600_000);
    if (noLlmd !== null) {
      console.log(`    skipped: ${noLlmd}`);
      this.skip();
    }
    await Promise.all([useHelm(), importLlmdImages(), checkout.ready()]);
    checkout.stack(stack, smallLlmd);
  });
  after(() => checkout.removeAll());

  it("preview says what would be installed, and makes nothing", async () => {
    const { code, stdout, stderr } = await checkout.bench("preview", stack);
    assert.equal(code, 0, stderr);
    for (const text of [/kind_h100-80_llm-d_llama-8b/, /Release llama-8b-ms/, /Release llama-8b-router/, /would run/])
      assert.match(stdout, text);
    assert.deepEqual(await checkout.leftovers(), []);
  });

  it("up installs the releases, waits for both roles, and runs", async () => {
    const { code, stdout, stderr } = await up();
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /SIMULATED/);
    assert.deepEqual(await releasesOf(checkout), {
      "llama-8b-ms": [1, "deployed"],
      "llama-8b-router": [1, "deployed"],
    });
    assert.deepEqual(
      (await objectsOf<V1Deployment>(checkout, "deployments")).map(({ metadata, status }) => [
        metadata?.name,
        status?.readyReplicas,
      ]),
      [
        ["llama-8b-ms-decode", 2],
        ["llama-8b-router-epp", 1],
      ],
    );
    const [manifest] = [...checkout.runs(stack).values()];
    assert.equal(manifest?.status, "complete");
    assert.equal(manifest.simulated, true);
    const { endpoints } = JSON.parse((await checkout.bench("outputs", stack)).stdout);
    assert.equal(endpoints["llama-8b"].url, `http://llama-8b-router-epp.${checkout.namespace}.svc:8081`);
  });

  it("the run's record has the metrics of every pod, the endpoint picker's among them", () => {
    const [run] = runs();
    const pages = metricsPages(checkout, stack, String(run));
    const engines = pages.filter(({ text }) => text.includes("vllm:generation_tokens_total"));
    const pickers = pages.filter(({ text }) => text.includes("llm_d_epp_ready_endpoints"));
    assert.equal(new Set(engines.map(({ source }) => source)).size, 2, "two decode pods");
    assert.equal(new Set(pickers.map(({ source }) => source)).size, 1);
    assert.match(pickers.at(-1)?.text ?? "", /llm_d_epp_ready_endpoints\S* 2\n/);
  });

  it("keeps the releases with their values, without secrets", () => {
    const [run] = runs();
    const text = checkout.read(stack, String(run), "setup/yamls/engine.yaml");
    for (const kept of [/^kind: Release$/m, /fullnameOverride: llama-8b-ms/, /kind: EndpointPickerConfig/])
      assert.match(text, kept);
  });

  it("up again changes nothing, neither in the cluster nor in the results", async () => {
    const kinds = ["deployments", "jobs", "secrets", "configmaps"] as const;
    const versions = async () => {
      const objects = await Promise.all(kinds.map((kind) => objectsOf(checkout, kind)));
      return objects.map((own) => own.map(({ metadata }) => [metadata?.name, metadata?.resourceVersion]));
    };
    const before = await versions();
    const { code, stdout, stderr } = await up();
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /Nothing was to be done/);
    assert.deepEqual(await versions(), before);
  });

  it("a changed engine upgrades its release in place, under the same names, and is run anew", async () => {
    const before = { runs: runs(), deployments: await uidsOf(checkout, "deployments") };
    checkout.stack(stack, { ...smallLlmd, simulator: { slowdown: 1.5 } });
    const { code, stdout, stderr } = await up();
    assert.equal(code, 0, stderr + stdout);
    assert.deepEqual(await releasesOf(checkout), {
      "llama-8b-ms": [2, "deployed"],
      "llama-8b-router": [1, "deployed"],
    });
    assert.deepEqual(await uidsOf(checkout, "deployments"), before.deployments);
    const [run, ...more] = runs().filter((name) => !before.runs.includes(name));
    assert.deepEqual(more, []);
    assert.equal(checkout.runs(stack).get(String(run))?.status, "complete");
    assert.deepEqual(
      (await objectsOf<V1Job>(checkout, "jobs", harnesses)).map(({ metadata }) => metadata?.name),
      [checkout.runs(stack).get(String(run))?.job],
    );
  });

  it("destroy uninstalls the releases and leaves nothing", async () => {
    const { code, stderr } = await checkout.bench("destroy", stack);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await checkout.leftovers(), []);
  });
});
