import type { HarnessAdapter, HarnessProcess, HarnessRequest } from "../adapter.ts";
import { modernise } from "./guidellmFlat.ts";
import { guidellmLoads, guidellmLongest } from "./guidellmLoads.ts";
import { type GuidellmProfile, guidellmSchema } from "./guidellmSchema.ts";

const VERSION = "0.7.3";

/**
 * guidellm 0.7: one process runs all loads and writes one file at its end. From 0.6 on 0.7 is another command line, another
 * config and another result schema (`metadata.version` 1 -> 2).
 *
 * It makes its prompts with a tokenizer, a folder or a Hugging Face id. Its Poisson arrivals are not what they are called:
 * each of its processes draws the same gaps, so that requests come in bursts and far too many.
 */
export const guidellm: HarnessAdapter<GuidellmProfile> = {
  name: "guidellm",
  version: VERSION,
  // Pushed by its release workflow for every tag (.github/workflows/release.yml@v0.7.3).
  image: `ghcr.io/vllm-project/guidellm:v${VERSION}`,
  executable: "guidellm",
  install: `pip install "guidellm==${VERSION}"`,
  schema: guidellmSchema,
  modernise,
  stages: guidellmLoads,
  longest: guidellmLongest,
  render,
  progressReader: (stages) => {
    const started = Date.now();
    let ended = false;
    return (line) => {
      // Without a terminal it prints nothing between "starting benchmarks" and the tables at the end.
      const begins = /starting benchmarks/.test(line);
      if (ended || !(begins || /Benchmarking complete/.test(line))) return null;
      ended = !begins;
      const planned = stages.reduce((sum, { seconds }) => sum + (seconds ?? Number.NaN), 0);
      return {
        phase: begins ? "stage" : "done",
        stage: begins ? 1 : stages.length,
        stages: stages.length,
        name: (begins ? stages[0] : stages.at(-1))?.name ?? "",
        elapsedSeconds: (Date.now() - started) / 1000,
        etaSeconds: begins ? (Number.isFinite(planned) ? planned : null) : 0,
        inFlight: 0,
        ok: 0,
        failed: 0,
      };
    };
  },
  profileOf: ({ inputTokens, outputTokens, concurrency, requests }) => ({
    spec: {
      backend: { kind: "openai_http", request_format: "/v1/chat/completions", stream: true },
      profile: { kind: "concurrent", streams: [...concurrency] },
      constraints: [{ kind: "max_requests", count: requests }],
      data: [{ kind: "synthetic_text", prompt_tokens: inputTokens, output_tokens: outputTokens }],
    },
  }),
};

function render(request: HarnessRequest<GuidellmProfile>): HarnessProcess {
  const { profile, endpoint, tokenizer, seed, resultsFolder, configFolder } = request;
  const { spec, ...rest } = profile;
  const scenario = {
    ...rest,
    spec: {
      ...spec,
      backend: { kind: "openai_http", ...spec.backend, target: endpoint.url, model: endpoint.servedModel },
      tokenizer: { kind: "huggingface_auto", ...spec.tokenizer, model: spec.tokenizer?.model ?? tokenizer },
      seed: { kind: "static", value: spec.seed?.value ?? seed },
      // Prompts and answers of a long run are gigabytes; times and token counts of every request stay.
      metrics: { kind: "generative", sample_size: 0, ...spec.metrics },
      outputs: [{ kind: "json", path: `${resultsFolder}/benchmarks.json` }],
    },
  };
  return {
    files: { "scenario.json": `${JSON.stringify(scenario, null, 2)}\n` },
    command: ["guidellm", "run", "--scenario", `${configFolder}/scenario.json`, "--disable-console-interactive"],
    // Its defaults wrap lines at the width of a terminal that is not there.
    env: { COLUMNS: "200", DO_NOT_TRACK: "1", HF_HUB_DISABLE_TELEMETRY: "1" },
    // Settings of the scenario can come from the environment (env_prefix in benchmark/schemas/entrypoints.py@v0.7.3), and this one
    // is a secret there: "**********" in its output and its files.
    apiKeyEnv: endpoint.apiKeyEnv === null ? null : "GUIDELLM__SPEC__BACKEND__API_KEY",
  };
}
