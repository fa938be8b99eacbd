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
levels: [REPLACE_ENV_LOW++++default=1, REPLACE_ENV_LLMDBENCH_HIGH++++default=8]
ignore-eos: none
`;
    const env = {
      LLMDBENCH_RUN_EXPERIMENT_PARAMETER_MAX_CONCURRENCY: "16",
      LLMDBENCH_RUN_DATASET_DIR: "/data/sets",
      LLMDBENCH_RUN_DATASET_FILE: "chat.json",
      LLMDBENCH_DEPLOY_CURRENT_MODEL: "left/over",
      LLMDBENCH_HIGH: "",
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
        /^suite\/load\.yaml\.in:2: REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MODELS is missing: nothing gives this token a value\. Allowed: .*LLMDBENCH_HARNESS_STACK_ENDPOINT_URL.* Did you mean REPLACE_ENV_LLMDBENCH_DEPLOY_CURRENT_MODEL\?\nsuite\/load\.yaml\.in:3: REPLACE_ENV_OTHER_THING is missing: .* The environment is asked for names that begin with LLMDBENCH_ only: rename it REPLACE_ENV_LLMDBENCH_OTHER_THING, or write REPLACE_ENV_OTHER_THING\+\+\+\+default=<value>\.$/,
    });
  });

  it("take no secret, no several lines and no name of others from the environment", () => {
    const secrets = ["HF_TOKEN", "HFTOKEN", "API_KEY", "PASSWORD", "PASSPHRASE", "PASS", "GITHUB_PAT", "CREDENTIALS"];
    for (const name of [...secrets, ...secrets.map((secret) => `LLMDBENCH_${secret}`), "PULUMI_CONFIG_PASSPHRASE"])
      assert.throws(
        () => render(`key: REPLACE_ENV_${name}++++default=x`, { [name]: "hf_secret" }),
        (error: Error) => /names a secret/.test(error.message) && !error.message.includes("hf_secret"),
        name,
      );
    assert.deepEqual(render("a: REPLACE_ENV_LLMDBENCH_MAX_TOKENS", { LLMDBENCH_MAX_TOKENS: "5" }), { a: 5 });
    assert.throws(
      () => render("a: REPLACE_ENV_DATABASE_URL", { DATABASE_URL: "postgres://me:mine@db" }),
      (error: Error) => /begin with LLMDBENCH_ only/.test(error.message) && !error.message.includes("mine"),
    );
    assert.deepEqual(render("a: REPLACE_ENV_HOME++++default=1", { HOME: "/home/me" }), { a: 1 });
    assert.throws(
      () => render("a: REPLACE_ENV_LLMDBENCH_X", { LLMDBENCH_X: "1\nb: 2" }),
      /the value of LLMDBENCH_X has several lines/,
    );
  });

  it("put nothing into a longer value that would end it", () => {
    const put = (text: string, value: string) => render(text, { LLMDBENCH_X: value });
    for (const [text, value] of [
      ["data: { path: /data/REPLACE_ENV_LLMDBENCH_X, x: 1 }", "a, type: random"],
      ["data: { path: REPLACE_ENV_LLMDBENCH_X, x: 1 }", "a, type: random"],
      ["a: x REPLACE_ENV_LLMDBENCH_X", "# c"],
      ["a: x REPLACE_ENV_LLMDBENCH_X", "y: z"],
      ["a: x-REPLACE_ENV_LLMDBENCH_X", "b # c"],
      ["a: x - REPLACE_ENV_LLMDBENCH_X", "b # c"],
      ['a: x "REPLACE_ENV_LLMDBENCH_X"', "b # c"],
      ['a: x, "REPLACE_ENV_LLMDBENCH_X"', "b: c"],
      ["REPLACE_ENV_LLMDBENCH_X x: 1", "- a"],
    ] as const)
      assert.throws(
        () => put(text, value),
        /:1: REPLACE_ENV_LLMDBENCH_X is missing: the value of LLMDBENCH_X has characters .* Put double quotes/,
        text,
      );
    assert.deepEqual(put("a: REPLACE_ENV_LLMDBENCH_X/v1", "http://engine:8000"), { a: "http://engine:8000/v1" });
    assert.deepEqual(put("- { a: 'b REPLACE_ENV_LLMDBENCH_X', c: 1 }", "d, e: f"), [{ a: "b d, e: f", c: 1 }]);
  });

  it("keep any value what it is: one value, in no, double or single quotes", () => {
    const places = `bare: REPLACE_ENV_LLMDBENCH_X # note
double: "a REPLACE_ENV_LLMDBENCH_X b"
single: 'it REPLACE_ENV_LLMDBENCH_X'
flow: { one: "REPLACE_ENV_LLMDBENCH_X", two: ['REPLACE_ENV_LLMDBENCH_X'] }
last: 1
`;
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme-ascii" }), (value) => {
        fc.pre(!/[\r\n]/.test(value));
        const { bare, ...read } = render(places, { LLMDBENCH_X: value }) as Record<string, unknown>;
        const flow = { one: value, two: [value] };
        assert.deepEqual(read, { double: `a ${value} b`, single: `it ${value}`, flow, last: 1 });
        // Bare, it has the type that YAML gives it, as in the suites it comes from: a number, true, or text.
        if (typeof bare === "string") assert.equal(bare, value);
        else assert.ok(bare === null || ["number", "boolean"].includes(typeof bare), JSON.stringify(bare));
      }),
    );
  });

  it("within a longer bare value, keep it one or refuse it", () => {
    const inner = ["a: x REPLACE_ENV_LLMDBENCH_X y", "a: [x/REPLACE_ENV_LLMDBENCH_X]", "a: REPLACE_ENV_LLMDBENCH_X-y"];
    const characters = fc.constantFrom(...":#-, ab1/[]{}'\"&*!|>%@`?.~\\");
    fc.assert(
      fc.property(
        fc.constantFrom(...inner),
        fc.string({ minLength: 1, maxLength: 5, unit: characters }),
        (text, value) => {
          let read: unknown;
          try {
            read = render(text, { LLMDBENCH_X: value });
          } catch (error) {
            assert.match((error as Error).message, /the value of LLMDBENCH_X/);
            return;
          }
          const [before, after] = text.slice(3).split("REPLACE_ENV_LLMDBENCH_X") as [string, string];
          const whole = `${before}${value}${after}`;
          assert.deepEqual(read, { a: whole.startsWith("[") ? [whole.slice(1, -1)] : whole });
        },
      ),
      { numRuns: 2000 },
    );
  });
});
