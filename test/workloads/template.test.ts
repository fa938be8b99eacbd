import assert from "node:assert/strict";
import fc from "fast-check";
import { load } from "js-yaml";
import { renderTemplate, tokenValues } from "../../workloads/template.ts";

const values = tokenValues({
  model: "meta-llama/Llama-3.1-8B-Instruct",
  tokenizer: "/models/llama",
  maxModelLen: 16384,
  url: "http://engine.llmdbench.svc:8000",
  harness: "inference-perf",
  image: "quay.io/org/image:1.2",
  namespace: "llmdbench",
  serviceAccount: "inference-perf-runner",
  claim: "workload-pvc",
});
const render = (text: string, env: Record<string, string> = {}, known: Record<string, string> = values): unknown =>
  load(renderTemplate(text, { file: "suite/load.yaml.in", values: known, env }));

/** In the shape of llm-d-benchmark's templates for inference-perf and, below, vllm-benchmark v0.2.0 and fmperf. */
const inferencePerf = `# REPLACE_ENV_IN_A_COMMENT stays
load:
  type: constant
  stages:
  - rate: REPLACE_ENV_MY_RATE++++default=2
    duration: 30
server:
  type: vllm
  model_name: REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MODEL
  base_url: REPLACE_ENV_LLMDBENCH_HARNESS_STACK_ENDPOINT_URL
tokenizer:
  pretrained_model_name_or_path: REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_TOKENIZER
data:
  type: random
  filter: "lambda x: x['max_tokens'] < REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MAX_MODEL_LEN"
`;

describe("templates of existing suites", () => {
  it("get the endpoint's values, the environment's, then defaults", () => {
    assert.deepEqual(render(inferencePerf), {
      load: { type: "constant", stages: [{ rate: 2, duration: 30 }] },
      server: {
        type: "vllm",
        model_name: "meta-llama/Llama-3.1-8B-Instruct",
        base_url: "http://engine.llmdbench.svc:8000",
      },
      tokenizer: { pretrained_model_name_or_path: "/models/llama" },
      data: { type: "random", filter: "lambda x: x['max_tokens'] < 16384" },
    });
    const flags = `model: "REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MODEL"
max-concurrency: REPLACE_ENV_LLMDBENCH_RUN_EXPERIMENT_PARAMETER_MAX_CONCURRENCY++++default=1
num-prompts: "REPLACE_ENV_LLMDBENCH_RUN_EXPERIMENT_PARAMETER_NUM_PROMPTS++++default=32"
dataset-path: REPLACE_ENV_LLMDBENCH_RUN_DATASET_DIR/REPLACE_ENV_LLMDBENCH_RUN_DATASET_FILE
levels: [REPLACE_ENV_LOW++++default=1, REPLACE_ENV_HIGH++++default=8]
ignore-eos: none
`;
    const env = {
      LLMDBENCH_RUN_EXPERIMENT_PARAMETER_MAX_CONCURRENCY: "16",
      LLMDBENCH_RUN_DATASET_DIR: "/data/sets",
      LLMDBENCH_RUN_DATASET_FILE: "chat.json",
      LLMDBENCH_DEPLOY_CURRENT_MODEL: "left/over",
      HIGH: "",
    };
    assert.deepEqual(render(flags, env), {
      model: "meta-llama/Llama-3.1-8B-Instruct",
      "max-concurrency": 16,
      "num-prompts": "32",
      "dataset-path": "/data/sets/chat.json",
      levels: [1, 8],
      "ignore-eos": "none",
    });
  });

  it("know fmperf's tokens under both their names", () => {
    const of = (prefix: string) =>
      render(`image: "REPLACE_ENV_LLMDBENCH_${prefix}_CONTAINER_IMAGE"
service_account: "REPLACE_ENV_LLMDBENCH_${prefix}_SERVICE_ACCOUNT"
pvc_name: "REPLACE_ENV_LLMDBENCH_${prefix}_PVC_NAME"`);
    assert.deepEqual(of("HARNESS"), {
      image: "quay.io/org/image:1.2",
      service_account: "inference-perf-runner",
      pvc_name: "workload-pvc",
    });
    assert.deepEqual(of("FMPERF"), of("HARNESS"));
  });

  it("name every token without a value, with its line and what is known", () => {
    const text = "a: 1\nb: REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MODELS\nc: x-REPLACE_ENV_OTHER_THING++++default=\n";
    assert.throws(() => render(text), {
      name: "ScenarioError",
      message:
        /^suite\/load\.yaml\.in:2: REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MODELS is missing: nothing gives this token a value\. Allowed: .*LLMDBENCH_HARNESS_STACK_ENDPOINT_URL.* Did you mean REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MODEL\?\nsuite\/load\.yaml\.in:3: REPLACE_ENV_OTHER_THING is missing: .* Set OTHER_THING in the environment, or write REPLACE_ENV_OTHER_THING\+\+\+\+default=<value>\.$/,
    });
  });

  it("take no secret and no several lines from the environment", () => {
    for (const name of ["HF_TOKEN", "LLMDBENCH_HF_TOKEN", "OPENAI_API_KEY", "DB_PASSWORD"])
      assert.throws(
        () => render(`key: REPLACE_ENV_${name}++++default=x`, { [name]: "hf_secret" }),
        (error: Error) => /names a secret/.test(error.message) && !error.message.includes("hf_secret"),
      );
    assert.throws(() => render("a: REPLACE_ENV_X", { X: "1\nb: 2" }), /the value of X has several lines/);
  });

  it("keep any value what it is: one value, in no, double or single quotes", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme-ascii" }), (value) => {
        fc.pre(!/[\r\n]/.test(value));
        const text = "bare: REPLACE_ENV_X\ndouble: \"a REPLACE_ENV_X b\"\nsingle: 'it REPLACE_ENV_X'\nlast: 1\n";
        const read = render(text, { X: value }) as Record<string, unknown>;
        assert.deepEqual(Object.keys(read), ["bare", "double", "single", "last"]);
        assert.equal(read.double, `a ${value} b`);
        assert.equal(read.single, `it ${value}`);
        // Bare, it has the type that YAML gives it, as in the suites it comes from: a number, true, or text.
        if (typeof read.bare === "string") assert.equal(read.bare, value);
        else
          assert.ok(read.bare === null || ["number", "boolean"].includes(typeof read.bare), JSON.stringify(read.bare));
      }),
    );
  });
});
