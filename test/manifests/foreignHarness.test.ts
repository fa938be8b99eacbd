import assert from "node:assert/strict";
import type { V1ConfigMap, V1Deployment, V1Job } from "@kubernetes/client-node";
import type { Scenario } from "../../scenario/scenario.ts";
import { adapterOf, foreignHarnesses } from "../../workloads/adapterOf.ts";
import { named, objectsOf } from "./pods.ts";
import { scenarios } from "./scenarios.ts";
import { scenarioOf } from "./stacks.ts";

const scenario = (name: string) => scenarios.get(name) as Scenario;
const launchers = (of: Scenario) =>
  named<V1Job>(objectsOf(of), "Job").filter(({ metadata }) => /-launcher-/.test(metadata?.name ?? ""));
const podOf = (of: Scenario) => launchers(of)[0]?.spec?.template.spec;

describe("the Job of a harness that is not ours", () => {
  for (const harness of foreignHarnesses.filter((name) => name !== "inference-perf")) {
    it(`${harness}: our program asks the engine first, then the pinned image runs with its files`, () => {
      const of = scenario(`harness ${harness}`);
      const [job] = launchers(of);
      assert.match(job?.metadata?.name ?? "", new RegExp(`^llmdbench-${harness}-launcher-[0-9a-f]{8}-r1$`));
      const pod = podOf(of);
      const [asks] = pod?.initContainers ?? [];
      const [runs] = pod?.containers ?? [];
      assert.deepEqual(asks?.command?.slice(0, 3), ["node", "/llm-bench/code/harness.mjs", "--identify"]);
      const out = asks?.command?.[asks.command.indexOf("--out") + 1] ?? "";
      assert.match(out, /^\/requests\/[\w.-]+-r1$/);
      assert.equal(runs?.image, adapterOf(harness).image);
      const files = named<V1ConfigMap>(objectsOf(of), "ConfigMap").find(
        ({ metadata }) => metadata?.name === job?.metadata?.name,
      );
      const all = [...(runs?.command ?? []), ...Object.values(files?.data ?? {})].join("\n");
      assert.ok(all.includes(out), "writes where our program has written");
      assert.ok(
        all.includes("http://vllm-standalone-qwen3-8b.llmdbench.svc:8000") ||
          /BASE_URL/.test(JSON.stringify(runs?.env)),
      );
    });
  }

  it("gets the engine's key under the tool's own name, by its Secret; an engine has none where the tool sends none", () => {
    const secretOf = (name: string) =>
      podOf(scenario(`harness ${name}`))?.containers[0]?.env?.filter(
        ({ valueFrom }) => valueFrom?.secretKeyRef?.name === "qwen3-8b-api-key",
      );
    assert.deepEqual(
      secretOf("guidellm")?.map(({ name }) => name),
      ["GUIDELLM__SPEC__BACKEND__API_KEY"],
    );
    assert.deepEqual(secretOf("fmperf"), []);
    const [engine] = named<V1Deployment>(objectsOf(scenario("harness fmperf")), "Deployment");
    const env = engine?.spec?.template.spec?.containers[0]?.env ?? [];
    assert.deepEqual(
      env.filter(({ name }) => name === "VLLM_API_KEY"),
      [],
    );
    const existing = { platform: "kind", harness: "fmperf", workload: "sanity_long-input" };
    assert.throws(
      () => scenarioOf({ ...existing, targets: [{ name: "theirs", url: "http://10.0.0.7:8000", servedModel: "m" }] }),
      /harness is "fmperf": it cannot send an API key, and target theirs wants one/,
    );
  });

  it("has its tokenizer from the model's volume where several nodes may mount that, else from the hub", () => {
    const shared = podOf(scenario("a tokenizer from the model's volume"));
    const mount = shared?.containers[0]?.volumeMounts?.find(({ name }) => name === "model-cache");
    assert.deepEqual(mount, { name: "model-cache", mountPath: "/model-cache", readOnly: true });
    assert.ok(!shared?.containers[0]?.env?.some(({ name }) => name === "HF_TOKEN"));
    const own = podOf(scenario("stack ocp-h100"));
    assert.ok(!own?.volumes?.some(({ name }) => name === "model-cache"));
    const token = own?.containers[0]?.env?.find(({ name }) => name === "HF_TOKEN");
    assert.equal(token?.valueFrom?.secretKeyRef?.optional, false, "the model is gated");
  });

  it("sleeps in mode debug with what its image has, and says the command", () => {
    const [job] = launchers(scenario("debug of another harness"));
    assert.equal(job?.spec?.template.spec?.containers[0]?.command?.[0], "sh");
    assert.match(job?.metadata?.annotations?.["llm-bench/command"] ?? "", /^guidellm run /);
  });

  it("takes another image by its setting", () => {
    const of = scenarioOf({
      platform: "gke",
      gpu: "a100-80",
      model: "qwen3-8b",
      harnessSettings: { image: "m.example/ip:1" },
    });
    assert.equal(podOf(of)?.containers[0]?.image, "m.example/ip:1");
  });

  it("pulls its image with a Secret of others where one is named", () => {
    const secretsOf = (harnessSettings: object) =>
      podOf(scenarioOf({ platform: "gke", gpu: "a100-80", model: "qwen3-8b", harness: "aiperf", harnessSettings }))
        ?.imagePullSecrets;
    assert.deepEqual(secretsOf({ imagePullSecret: "nvcr" }), [{ name: "nvcr" }]);
    assert.equal(secretsOf({}), undefined);
  });

  it("may have its tokenizer in a folder of its image, but in none of this machine", () => {
    const of = (tokenizer: string) =>
      scenarioOf({ platform: "gke", gpu: "a100-80", model: "qwen3-8b", harnessSettings: { tokenizer } });
    for (const folder of [".", "./tokenizer", "../tokenizer", "~/tokenizer"]) {
      assert.throws(
        () => of(folder),
        /harnessSettings\.tokenizer is .*in a pod, which has no folder of this machine/,
        folder,
      );
    }
    for (const other of ["/models/tokenizer", "org/name", "gpt2"]) assert.equal(of(other).harness.tokenizer, other);
  });

  it("is none for nop: the engine's start is all there is", () => {
    assert.deepEqual(launchers(scenario("harness nop")), []);
  });
});
