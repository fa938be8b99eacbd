import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { V1Pod } from "@kubernetes/client-node";
import { describeOnCluster } from "./equipment/cluster.ts";
import { addGatewayKinds } from "./equipment/gatewayCluster.ts";
import { GpuStack, noGpuStacks } from "./equipment/gpuStack.ts";
import { useHelm } from "./equipment/helm.ts";
import { importLlmdImages } from "./equipment/llmd/image.ts";
import { charts, releasesOf } from "./equipment/llmdStack.ts";
import { objectsOf } from "./equipment/objectsOf.ts";
import { metricsPages, type RecordedPage, sumOf } from "./equipment/serverRecord.ts";

const short = {
  platform: "ocp",
  gpu: "h100-80",
  harness: "llmbench",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [2], "stages.seconds": 3, "warmup.requests": 2 },
  harnessSettings: { waitTimeoutSeconds: 120 },
  cluster: {
    createNamespace: true,
    readyTimeoutSeconds: 180,
    modelStorage: { accessMode: "ReadWriteMany", storageClass: "standard-rwx" },
  },
  llmd: { charts },
};

/** Source -> the difference of a counter over the run, among pages that have it. */
function increases(pages: readonly RecordedPage[], metric: string): Record<string, number> {
  const having = pages.filter(({ text }) => text.includes(metric));
  const bySource = Map.groupBy(having, ({ source }) => source);
  return Object.fromEntries(
    [...bySource].map(([source, all]) => [
      source,
      sumOf(all.at(-1) as RecordedPage, metric) - sumOf(all[0] as RecordedPage, metric),
    ]),
  );
}

describeOnCluster(
  "llm-d with GPUs: against standalone, with two roles, and several models behind one gateway",
  (kubeconfig) => {
    let stack: GpuStack;
    let removeKinds = async () => {};

    before(async function () {
      this.timeout(600_000);
      if (noGpuStacks !== null) {
        console.log(`    skipped: ${noGpuStacks}`);
        this.skip();
      }
      await Promise.all([useHelm(), importLlmdImages({ withSidecar: true })]);
      stack = await GpuStack.on({ platform: "ocp", gpu: "h100-80", count: 4 }, "llmd-gpus");
      removeKinds = await addGatewayKinds(kubeconfig);
    });
    after(async () => {
      await removeKinds();
      await stack?.remove();
    });

    const up = async (name: string) => {
      const { code, stdout, stderr } = await stack.checkout.bench("up", name);
      assert.equal(code, 0, stderr + stdout);
      return stdout;
    };
    const destroyed = async (name: string) => {
      const { code, stderr } = await stack.checkout.bench("destroy", name);
      assert.equal(code, 0, stderr);
    };

    it("a prefill and a decode pod against one standalone vLLM: compared, with a verdict", async () => {
      stack.checkout.stack("compared", {
        ...short,
        model: "qwen3-8b",
        repetitions: 2,
        targets: [
          { name: "alone", method: "standalone" },
          { name: "routed", method: "llm-d", llmd: { gateway: "none", prefill: {} } },
        ],
      });
      const stdout = await up("compared");
      const runs = [...stack.checkout.runs("compared").values()];
      assert.deepEqual(
        runs.map((run) => `${run?.target} ${run?.status}`),
        ["alone complete", "alone complete", "routed complete", "routed complete"],
      );
      assert.match(stdout, /SIMULATED/);
      assert.match(stdout, /routed.*(worse|better|equal|same|inconclusive|undecided)/i);
      const [folder] = readdirSync(`${stack.checkout.results}/compared`).filter((name) => name.startsWith("compare-"));
      assert.match(stack.checkout.read("compared", String(folder), "README.md"), /routed/);
    });

    it("requests went through both roles, as the record of every pod's metrics says", () => {
      const [run] = [...stack.checkout.runs("compared").keys()].filter((name) => name.startsWith("routed"));
      const pages = metricsPages(stack.checkout, "compared", String(run));
      const generated = increases(pages, "vllm:generation_tokens_total");
      const of = (role: string) =>
        Object.entries(generated).flatMap(([source, tokens]) =>
          source.includes(`routed-${role}-pods`) ? [tokens] : [],
        );
      const [prefilled, decoded] = [of("prefill"), of("decode")];
      assert.equal(prefilled.length, 1, JSON.stringify(generated));
      assert.equal(decoded.length, 1, JSON.stringify(generated));
      // One token for each prompt that was read there.
      assert.ok(Number(prefilled[0]) > 0, `prompts read by the prefill pod: ${prefilled}`);
      assert.ok(Number(decoded[0]) > 5 * Number(prefilled[0]), `tokens by role: ${prefilled} ${decoded}`);
      const ready = pages.filter(({ text }) => text.includes("llm_d_epp_ready_endpoints"));
      assert.equal(sumOf(ready.at(-1) as RecordedPage, "llm_d_epp_ready_endpoints"), 2);
    });

    it("the pods of llm-d have the node's GPUs, one each, and the sidecar's port before the engine's", async () => {
      const pods = await objectsOf<V1Pod>(stack.checkout, "pods", "llm-d.ai/role");
      assert.deepEqual(
        pods.map(({ metadata, spec }) => [
          metadata?.labels?.["llm-d.ai/role"],
          spec?.containers.map(({ resources }) => resources?.limits?.["nvidia.com/gpu"]),
          spec?.initContainers?.some(({ name }) => name === "routing-proxy"),
        ]),
        [
          ["decode", ["1"], true],
          ["prefill", ["1"], false],
        ],
      );
    });

    it("destroy of it leaves nothing but what the test brought", async () => {
      await destroyed("compared");
      assert.deepEqual(await leftovers(), []);
    });

    it("two models behind one gateway: each alone, and both at once", async () => {
      stack.checkout.stack("models", {
        ...short,
        method: "llm-d",
        repetitions: 1,
        together: true,
        targets: [
          { name: "chat", model: "qwen3-8b" },
          { name: "code", model: "qwen3-14b", llmd: { routing: "load-aware" } },
        ],
      });
      await up("models");
      const gateway = `http://models-infra-inference-gateway-istio.${stack.checkout.namespace}.svc`;
      const { endpoints } = JSON.parse((await stack.checkout.bench("outputs", "models")).stdout);
      assert.deepEqual([endpoints.chat.url, endpoints.code.url], [`${gateway}/chat`, `${gateway}/code`]);
      assert.deepEqual(Object.keys(await releasesOf(stack.checkout)), [
        "chat-ms",
        "chat-router",
        "code-ms",
        "code-router",
        "models-infra",
      ]);
      const runs = [...stack.checkout.runs("models")];
      assert.deepEqual(runs.map(([, run]) => `${run?.target} ${run?.status}`).sort(), [
        "chat complete",
        "chat complete",
        "code complete",
        "code complete",
      ]);
      for (const [name, run] of runs) {
        const pages = metricsPages(stack.checkout, "models", name);
        const own = pages.filter(({ source }) => source.includes(`${run?.target}-decode-pods`));
        const tokens = Object.values(increases(own, "vllm:generation_tokens_total"));
        assert.ok(tokens.length === 1 && Number(tokens[0]) > 0, `${name}: its own model generated ${tokens}`);
      }
    });

    it("destroy leaves nothing, kinds and class of the gateway excepted, which are not the stack's", async () => {
      await destroyed("models");
      assert.deepEqual(await leftovers(), []);
    });

    /** Without what is not the stack's; the webhook that makes pods small names the namespace. */
    async function leftovers(): Promise<string[]> {
      const all = await stack.checkout.leftovers();
      return all.filter((entry) => !entry.includes("MutatingWebhookConfiguration"));
    }
  },
);
