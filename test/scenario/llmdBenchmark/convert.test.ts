import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rawFromStackFile } from "../../../scenario/config.ts";
import { convert } from "../../../scenario/llmdBenchmark/convert.ts";
import { sentences } from "../../../scenario/llmdBenchmark/sentences.ts";
import { stackText } from "../../../scenario/llmdBenchmark/stackText.ts";
import { parseScenario } from "../../../scenario/parse.ts";
import { profileNames } from "../../../workloads/index.ts";

const folder = join(import.meta.dirname, "examples");
const golden = join(import.meta.dirname, "../../golden/llmd-benchmark.txt");

function converted(script: string, fileName = "x", gpu: string | null = null) {
  return convert(script, { fileName, platform: null, gpu, profilesOf: profileNames });
}

/** What `up` would say of it, were the token of a gated model there. */
function verdict(text: string): string {
  try {
    parseScenario({ ...rawFromStackFile(text), hasHfToken: true }, { stack: "s", file: "Pulumi.s.yaml" });
    return "parses";
  } catch (error) {
    return (error as Error).message;
  }
}

const lost = (script: string) => converted(script).rows.filter(({ status }) => status === "not carried");

describe("scenarios of llm-d-benchmark as stack files", () => {
  it("are those of the golden file (UPDATE_GOLDEN=1 writes it: read every line)", () => {
    const text = readdirSync(folder)
      .sort()
      .map((file) => {
        const script = readFileSync(join(folder, file), "utf8");
        const result = converted(script, file.replace(".sh", ""), file.startsWith("pd") ? "h100-80" : null);
        const stack = stackText(result, file);
        const told = result.rows.filter(({ status }) => status !== "not carried");
        return `##### ${file}\n${stack}\n${sentences(told).join("\n")}\n\n${verdict(stack)}\n`;
      })
      .join("\n");
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, "utf8"));
  });

  it("hold no secret, wherever it stood", () => {
    const secret = "hf_NotARealTokenButLongEnough";
    const places = [
      `export LLMDBENCH_HF_TOKEN=${secret}`,
      `export LLMDBENCH_DEPLOY_METHODS=standalone LLMDBENCH_VLLM_STANDALONE_ARGS="vllm____serve____m____--hf-token____${secret}"`,
      `export LLMDBENCH_VLLM_COMMON_NAMESPACE=${secret}`,
      `export LLMDBENCH_VLLM_COMMON_CPU_NR=${secret}`,
      `export LLMDBENCH_VLLM_COMMON_AFFINITY=nvidia.com/gpu.product:${secret}`,
      `export LLMDBENCH_DEPLOY_MODEL_LIST=${secret}`,
      `export LLMDBENCH_DEPLOY_MODEL_LIST=llama-8b,${secret}`,
      `export LLMDBENCH_HARNESS_NAME=${secret}`,
      `export LLMDBENCH_HARNESS_EXPERIMENT_PROFILE=${secret}.yaml`,
      `export LLMDBENCH_VLLM_MODELSERVICE_GATEWAY_CLASS_NAME=${secret}`,
      `export LLMDBENCH_VLLM_MODELSERVICE_GAIE_PRESETS=${secret}`,
      `export LLMDBENCH_DEPLOY_METHODS=standalone LLMDBENCH_VLLM_STANDALONE_IMAGE_TAG=${secret}`,
      `export LLMDBENCH_CLUSTER_URL=https://me:${secret}@api.example.com`,
      `export LLMDBENCH_SOMETHING=${secret}`,
      `huggingface-cli login --token ${secret}`,
      `if true; then export HF_TOKEN=${secret}; fi`,
    ];
    for (const script of places) {
      const result = converted(script);
      const written = stackText(result, "x.sh") + JSON.stringify(result.rows);
      assert.ok(!written.includes(secret), script);
    }
  });

  it("name the secret to set", () => {
    const [row] = lost("export LLMDBENCH_HF_TOKEN=hf_x").filter(({ variable }) => variable?.endsWith("HF_TOKEN"));
    assert.match(row!.why, /pulumi config set --secret llm-bench:hfToken/);
  });

  it("guess what a variable was meant to be that no version knows", () => {
    const [row] = lost("export LLMDBENCH_VLLM_MODELSERVICE_PREFIIL_REPLICAS=1").filter(({ line }) => line === 1);
    assert.match(row!.why, /LLMDBENCH_VLLM_MODELSERVICE_PREFILL_REPLICAS\?/);
  });

  it("have the volume that the target with the most pods needs", () => {
    const { config } = converted(
      "export LLMDBENCH_DEPLOY_METHODS=standalone,modelservice\nexport LLMDBENCH_VLLM_MODELSERVICE_DECODE_REPLICAS=2",
    );
    assert.deepEqual(config.cluster, { modelStorage: { accessMode: "ReadWriteMany" } });
  });

  it("have a target for each method and model", () => {
    const { config } = converted(
      "export LLMDBENCH_DEPLOY_METHODS=standalone,modelservice\nexport LLMDBENCH_DEPLOY_MODEL_LIST=llama-3b,llama-8b",
    );
    assert.deepEqual(
      (config.targets as { name: string }[]).map(({ name }) => name),
      ["llama-3b-standalone", "llama-8b-standalone", "llama-3b-llm-d", "llama-8b-llm-d"],
    );
  });
});
