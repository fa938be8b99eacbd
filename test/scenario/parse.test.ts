import assert from "node:assert/strict";
import { rawFromPulumi, rawFromStackFile } from "../../scenario/config.ts";
import { parseScenario } from "../../scenario/parse.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { ScenarioError } from "../../scenario/userError.ts";

const local = { platform: "local", gpu: "h100-80", model: "llama-8b" };

interface Secrets {
  readonly hasHfToken?: boolean;
  readonly hasClusterToken?: boolean;
  readonly apiKeyNames?: string[] | null;
}

function parse(values: object, secrets: Secrets = {}, tokens: "required" | "warn" = "required"): Scenario {
  const none = { hasHfToken: false, hasClusterToken: false, apiKeyNames: [] };
  const raw = { values: values as Record<string, unknown>, ...none, ...secrets };
  return parseScenario(raw, { stack: "test", file: "Pulumi.test.yaml" }, { tokens });
}

describe("parseScenario", () => {
  it("fills in defaults: one simulated engine on local, one run, vLLM's batch sizes for the GPU", () => {
    const scenario = parse(local);
    assert.equal(scenario.name, "local_h100-80_simulated_llama-8b");
    assert.equal(scenario.targets.length, 1);
    const [target] = scenario.targets;
    assert.ok(target.method === "simulated");
    assert.equal(target.name, "llama-8b");
    assert.deepEqual(target.simulator, { speed: 1, slowdown: 1, faults: [] });
    const { image, maxNumSeqs, maxNumBatchedTokens, maxModelLen } = target.engine;
    assert.deepEqual([maxNumSeqs, maxNumBatchedTokens, maxModelLen], [1024, 8192, 16384]);
    assert.match(image, /^docker\.io\/vllm\/vllm-openai:v\d+\.\d+\.\d+$/);
    assert.deepEqual(scenario.workload, { profile: "local", overrides: {} });
    assert.deepEqual([scenario.repetitions, scenario.seed, scenario.cluster], [1, 1, null]);
    assert.equal(scenario.harness.name, "llmbench");
    assert.equal(scenario.harness.waitTimeoutSeconds, 3600);
  });

  it("takes narrower batches on an A100 and on small cards, as vLLM does", () => {
    for (const gpu of ["a100-80", "l40s"]) {
      const [target] = parse({ ...local, gpu }).targets;
      assert.ok(target.method === "simulated");
      assert.deepEqual([target.engine.maxNumSeqs, target.engine.maxNumBatchedTokens], [256, 2048]);
    }
  });

  it("deploys on clusters, into namespace llmdbench of the current context", () => {
    const scenario = parse({ platform: "gke", gpu: "a100-40", model: "llama-3b" }, { hasHfToken: true });
    assert.equal(scenario.name, "gke_a100-40_standalone_llama-3b");
    assert.deepEqual(scenario.cluster, {
      ...{ context: "auto", host: null, certificateAuthority: null },
      ...{ namespace: "llmdbench", createNamespace: true, storageClass: null },
      modelStorage: { size: null, storageClass: null, accessMode: "ReadWriteOnce", claim: null },
      ...{ migStrategy: "single", readyTimeoutSeconds: 3600, monitoring: false, expose: false },
    });
    assert.deepEqual([scenario.mode, scenario.warnings], ["benchmark", []]);
    assert.equal(scenario.harness.namespace, "llmdbench");
    assert.equal(scenario.workload.profile, "concurrency-sweep");
    const [target] = scenario.targets;
    assert.ok(target.method === "standalone" && target.price?.usdPerGpuHour === 3.79);
  });

  it("lets targets inherit the top level, one key of an object at a time", () => {
    const { targets } = parse({
      ...local,
      engine: { maxNumSeqs: 64, blockSize: 32 },
      simulator: { slowdown: 2 },
      targets: [{ name: "a" }, { name: "b", gpu: "a100-80", engine: { blockSize: 64 }, simulator: { speed: 4 } }],
    });
    const [a, b] = targets;
    assert.ok(a.method === "simulated" && b?.method === "simulated");
    assert.deepEqual(
      [a.gpu.name, a.engine.maxNumSeqs, a.engine.blockSize, a.simulator.slowdown],
      ["h100-80", 64, 32, 2],
    );
    assert.deepEqual([b.gpu.name, b.engine.maxNumSeqs, b.engine.blockSize], ["a100-80", 64, 64]);
    assert.deepEqual(b.simulator, { speed: 4, slowdown: 2, faults: [] });
  });

  it("runs several targets five times each unless it says otherwise, and one target or a start-up once", () => {
    const targets = [{ name: "a" }, { name: "b" }];
    assert.equal(parse({ ...local, targets }).repetitions, 5);
    assert.equal(parse({ ...local, targets, repetitions: 1 }).repetitions, 1);
    assert.equal(parse({ ...local, targets: [{ name: "a" }] }).repetitions, 1);
    assert.equal(parse({ platform: "ocp", gpu: "h100-80", model: "qwen3-8b", harness: "nop", targets }).repetitions, 1);
  });

  it("takes a url for an existing engine, drops /v1 from it, and knows which keys are there", () => {
    const { targets } = parse(
      {
        platform: "local",
        targets: [
          { name: "one", url: "http://127.0.0.1:8000/v1/", servedModel: "mine" },
          { name: "two", url: "https://example.org/llm/v1", model: "llama-8b", gpu: "l40s" },
        ],
      },
      { apiKeyNames: ["two"] },
    );
    assert.deepEqual(
      targets.map(
        (target) =>
          target.method === "existing" && [target.url, target.servedModel, target.hasApiKey, target.gpu?.name],
      ),
      [
        ["http://127.0.0.1:8000", "mine", false, undefined],
        ["https://example.org/llm", "meta-llama/Llama-3.1-8B-Instruct", true, "l40s"],
      ],
    );
  });

  it("takes the addresses of an existing engine's metrics; without them nothing is said of them", () => {
    const target = { name: "a", url: "http://127.0.0.1:1", servedModel: "m" };
    const metricsUrls = ["http://10.0.0.1:8000/metrics", "http://10.0.0.1:9400/metrics"];
    const given = parse({ platform: "local", targets: [{ ...target, metricsUrls }] }).targets[0];
    assert.deepEqual(given.method === "existing" && given.metricsUrls, metricsUrls);
    const none = parse({ platform: "local", targets: [target] }).targets[0];
    // A key that is there, whatever its value, would give every earlier run another id.
    assert.ok(!("metricsUrls" in none));
  });

  it("takes tensorParallel from gpuCount, and 0 for not given", () => {
    const { targets } = parse({ ...local, model: "llama-70b", gpuCount: 4 });
    assert.ok(targets[0].method === "simulated" && targets[0].engine.tensorParallel === 4);
    assert.ok(parse({ ...local, gpuCount: 0 }).targets[0].gpuCount === 1);
  });

  it("takes a model by its hub name, and one outside the catalogue by modelSpec", () => {
    assert.equal(parse({ ...local, model: "Qwen/Qwen3-8B" }).name, "local_h100-80_simulated_qwen3-8b");
    const modelSpec = {
      ...{
        name: "acme/tiny",
        totalParams: 1_100_000_000,
        layers: 22,
        hiddenSize: 2048,
        ffnSize: 5632,
        attentionHeads: 32,
      },
      ...{ kvHeads: 4, headSize: 64, vocabSize: 32000, maxContext: 2048, precision: "fp8" },
    };
    const [target] = parse({ ...local, model: "custom", modelSpec }).targets;
    assert.ok(target.method === "simulated");
    assert.equal(target.model.bf16Params, 2 * 32000 * 2048);
    assert.equal(target.engine.maxModelLen, 2048);
  });

  it("prefers the user's price to the catalogue's, and has none off a cloud with a list of prices", () => {
    const prices = { "a100-40": { usdPerGpuHour: 1.5, source: "our contract", asOf: "2026-11-01" } };
    const [target] = parse({ platform: "gke", gpu: "a100-40", model: "qwen3-8b", prices }).targets;
    assert.deepEqual(target.price, prices["a100-40"]);
    assert.equal(parse({ platform: "ocp", gpu: "a100-40", model: "qwen3-8b" }).targets[0].price, null);
    assert.equal(parse(local).targets[0].price, null);
  });

  it("gives a pod 2 cores and 24Gi, 2 and 16Gi more for each GPU, and a simulated engine next to nothing", () => {
    const sizes = (values: object) => {
      const [target] = parse(values, { hasHfToken: true }).targets;
      return target.method === "existing" ? null : [target.engine.cpu, target.engine.memory];
    };
    const ocp = { platform: "ocp", gpu: "h100-80", model: "llama-70b", gpuCount: 4 };
    assert.deepEqual(sizes({ ...ocp, model: "llama-8b", gpuCount: 1 }), [4, "40Gi"]);
    assert.deepEqual(sizes(ocp), [10, "88Gi"]);
    assert.deepEqual(sizes({ ...ocp, engine: { cpu: 32, memory: "128Gi" } }), [32, "128Gi"]);
    assert.deepEqual(sizes({ ...ocp, method: "simulated" }), [0.25, "512Mi"]);
  });

  it("for a preview, says what up would miss and goes on", () => {
    const ocp = { platform: "ocp", gpu: "h100-80", model: "llama-8b" };
    assert.throws(() => parse(ocp), ScenarioError);
    const { warnings } = parse({ ...ocp, targets: [{ name: "a" }, { name: "b", method: "llm-d" }] }, {}, "warn");
    assert.equal(warnings.length, 1, "what two targets inherit is said once");
    assert.match(warnings[0] as string, /hfToken is missing: meta-llama.*or set HF_TOKEN\.$/);
    assert.deepEqual(parse(ocp, { hasHfToken: true }, "warn").warnings, []);
  });

  it("freezes everything, down to the last object", () => {
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      assert.ok(Object.isFrozen(value));
      Object.values(value).forEach(visit);
    };
    visit(parse({ ...local, simulator: { faults: [{ kind: "cut", every: 3 }] }, workloadOverrides: { "a.b": [1] } }));
  });

  it("reports all mistakes of a stage at once, and what two targets inherit only once", () => {
    const message = (values: object) => {
      try {
        parse(values);
      } catch (error) {
        if (error instanceof ScenarioError) return error.problems.map(({ key }) => key);
      }
      return assert.fail("accepted");
    };
    assert.deepEqual(message({ platform: "aws", repetitions: 0, colour: 1 }), ["platform", "repetitions", "colour"]);
    assert.deepEqual(message({ ...local, gpu: "h1000", targets: [{ name: "a" }, { name: "b" }] }), ["gpu"]);
    const targets = [
      { name: "a", gpu: "x" },
      { name: "b", model: "y" },
    ];
    assert.deepEqual(message({ ...local, targets }), ["targets[0].gpu", "targets[1].model"]);
  });
});

describe("raw configuration", () => {
  it("reads Pulumi's strings: objects from JSON, numbers from digits, empty values as absent, other namespaces not at all", () => {
    const raw = rawFromPulumi({
      ...{
        "llm-bench:platform": "local",
        "llm-bench:repetitions": "5",
        "llm-bench:gpuCount": "0",
        "llm-bench:method": "",
      },
      ...{
        "llm-bench:engine": '{"maxNumSeqs":8}',
        "llm-bench:targets": "[]",
        "llm-bench:prices": "{}",
        "gcp:project": "p",
      },
    });
    assert.deepEqual(raw.values, { platform: "local", repetitions: 5, gpuCount: 0, engine: { maxNumSeqs: 8 } });
    // Pulumi.yaml's own default, which means that the stack file says nothing.
    assert.deepEqual(rawFromPulumi({ "llm-bench:repetitions": "-1" }).values, {});
  });

  it("mends what Pulumi makes of a bare date", () => {
    const price = { usdPerGpuHour: 2, source: "us", asOf: "2026-11-01 00:00:00 +0000 UTC" };
    const { values } = rawFromPulumi({ "llm-bench:prices": JSON.stringify({ "h100-80": price }) });
    assert.deepEqual(values.prices, { "h100-80": { ...price, asOf: "2026-11-01" } });
  });

  it("keeps of secrets only that they are there", () => {
    const raw = rawFromPulumi({ "llm-bench:hfToken": "hf_abc", "llm-bench:apiKeys": '{"engine-a":"sk-1"}' });
    assert.deepEqual(raw, { values: {}, hasHfToken: true, hasClusterToken: false, apiKeyNames: ["engine-a"] });
    assert.equal(rawFromPulumi({ "llm-bench:hfToken": "" }).hasHfToken, false);
    const file =
      "config:\n  llm-bench:hfToken:\n    secure: AAAB\n  llm-bench:apiKeys:\n    engine-a:\n      secure: AAAC\n";
    assert.deepEqual(rawFromStackFile(file), raw);
    const whole = "config:\n  llm-bench:apiKeys:\n    secure: AAAB\n";
    assert.equal(rawFromStackFile(whole).apiKeyNames, null);
  });

  it("assumes a key for existing engines when the names are encrypted too", () => {
    const target = { name: "a", url: "http://127.0.0.1:1", servedModel: "m" };
    const [one] = parse({ platform: "local", targets: [target] }, { apiKeyNames: null }).targets;
    assert.ok(one.method === "existing" && one.hasApiKey);
  });

  it("refuses what is no YAML with the line, and takes an empty file for an empty configuration", () => {
    assert.throws(
      () => rawFromStackFile("config:\n  a: b: c\n", "Pulumi.x.yaml"),
      (error: unknown) => {
        assert.ok(error instanceof ScenarioError);
        assert.match(
          error.message,
          /^Pulumi\.x\.yaml: line 2 is " {2}a: b: c": it is no YAML \([^\n]+\)\. Mind indentation[^\n]+$/,
        );
        return true;
      },
    );
    assert.deepEqual(rawFromStackFile(""), { values: {}, hasHfToken: false, hasClusterToken: false, apiKeyNames: [] });
  });
});
