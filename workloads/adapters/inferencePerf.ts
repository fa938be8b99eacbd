import { dump } from "js-yaml";
import type { CommonLoad, HarnessAdapter, HarnessProcess, HarnessRequest, PlannedStage } from "../adapter.ts";
import type { Distribution } from "./inferencePerfData.ts";
import { concurrencyName, rateName, sessionsName } from "./inferencePerfNames.ts";
import { inferencePerfProgress } from "./inferencePerfProgress.ts";
import { type InferencePerfProfile, inferencePerfSchema } from "./inferencePerfSchema.ts";
import { keyedStart } from "./inferencePerfStart.ts";
import { modernise } from "./inferencePerfTraps.ts";

/** Variable from which our start file takes the key: the tool itself knows only one in its config. */
const KEY = "OPENAI_API_KEY";
/** The tool's own, and 5, 25, 50, 75, 90, 95, 99 among them, which the analysis reads. */
const percentiles = [0.1, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9];

/**
 * kubernetes-sigs/inference-perf. v0.6.1 is the newest tag whose source the schema was read from; 0.7.0 is out as a package, refuses
 * unknown keys by itself, and its files are read too (see the importer).
 *
 * Image name and tag as .github/workflows/publish-on-release.yml@v0.6.1 pushes them. It needs a tokenizer and fetches it from the hub
 * unless the name is a folder; a stalled download hangs for ever (inference-perf#609), which the run's time limit ends.
 */
export const inferencePerf: HarnessAdapter<InferencePerfProfile> = {
  name: "inference-perf",
  version: "0.6.1",
  image: "quay.io/inference-perf/inference-perf:v0.6.1",
  executable: "inference-perf",
  install: 'pip install "inference-perf==0.6.1" (Python 3.12 or newer)',
  schema: inferencePerfSchema,
  modernise,
  stages: plannedStages,
  longest,
  render,
  progressReader: inferencePerfProgress,
  profileOf,
};

function render(request: HarnessRequest<InferencePerfProfile>): HarnessProcess {
  const { endpoint, configFolder } = request;
  const config = dump(configOf(request), { lineWidth: 140 });
  const run = ["inference-perf", "--config_file", `${configFolder}/config.yml`] as const;
  const env = { HF_HUB_DISABLE_TELEMETRY: "1", TOKENIZERS_PARALLELISM: "false" };
  if (endpoint.apiKeyEnv === null) return { files: { "config.yml": config }, command: run, env, apiKeyEnv: null };
  return {
    files: { "config.yml": config, ...keyedStart(KEY) },
    command: ["sh", `${configFolder}/start.sh`, ...run],
    env,
    apiKeyEnv: KEY,
  };
}

/** The profile, with what is the run's to say. */
function configOf(request: HarnessRequest<InferencePerfProfile>): unknown {
  const { profile, endpoint, tokenizer, seed, resultsFolder } = request;
  const { request_lifecycle } = profile.report ?? {};
  return {
    ...profile,
    server: { type: "vllm", ...profile.server, model_name: endpoint.servedModel, base_url: endpoint.url },
    tokenizer: { ...profile.tokenizer, pretrained_model_name_or_path: nameOfTokenizer(request) ?? tokenizer },
    load: { ...profile.load, base_seed: profile.load.base_seed ?? seed },
    report: {
      ...profile.report,
      request_lifecycle: {
        ...request_lifecycle,
        summary: true,
        per_stage: true,
        // Without it there are no rows, and nothing can be recomputed by our definitions.
        per_request: true,
        percentiles: [...new Set([...percentiles, ...(request_lifecycle?.percentiles ?? [])])].sort((a, b) => a - b),
      },
    },
    storage: { local_storage: { path: resultsFolder } },
  };
}

function nameOfTokenizer({ profile }: HarnessRequest<InferencePerfProfile>): string | null {
  return profile.tokenizer?.pretrained_model_name_or_path ?? null;
}

function plannedStages({ load }: InferencePerfProfile): PlannedStage[] {
  if (load.type === "concurrent")
    return load.stages.map(({ concurrency_level, num_requests }) => ({
      name: concurrencyName(concurrency_level),
      seconds: null,
      requests: num_requests,
    }));
  if (load.type === "trace_session_replay")
    return load.stages.map(({ concurrent_sessions, num_sessions, timeout }) => ({
      name: sessionsName(concurrent_sessions),
      seconds: timeout ?? null,
      requests: num_sessions ?? null,
    }));
  if (load.sweep) {
    const { num_stages = 5, stage_duration = 180 } = load.sweep;
    // Its rates come out of what it measures first.
    return Array.from({ length: num_stages }, (_, i) => ({
      name: `sweep ${i + 1}`,
      seconds: stage_duration,
      requests: null,
    }));
  }
  const type = load.type ?? "constant";
  return (load.stages ?? []).map(({ rate, duration }) => ({
    name: rateName(type, rate),
    seconds: duration,
    requests: null,
  }));
}

function longest({ data }: InferencePerfProfile): { input: number; output: number } | null {
  const { shared_prefix: prefix } = data;
  if (data.type === "shared_prefix" && prefix) {
    const question = most(prefix.question_distribution ?? prefix.question_len ?? 50);
    const input = most(prefix.system_prompt_len ?? 100) + question;
    const output = most(prefix.output_distribution ?? prefix.output_len ?? 50);
    // Later turns carry the earlier ones along, as many as the load has requests.
    return prefix.enable_multi_turn_chat ? null : { input, output };
  }
  const { input_distribution: input, output_distribution: output } = data;
  if (!input || !output || data.trace || data.type === "conversation_replay") return null;
  return { input: most(input), output: most(output) };
}

function most(length: number | Distribution): number {
  if (typeof length === "number") return length;
  return length.type === "fixed" ? Math.trunc(length.mean ?? 512) : (length.max ?? 1024);
}

/** By the completions API: its generated prompts go by no other. */
function profileOf({ inputTokens, outputTokens, concurrency, requests }: CommonLoad): unknown {
  const fixed = (tokens: number) => ({ type: "fixed", min: tokens, max: tokens, mean: tokens, std_dev: 0 });
  return {
    api: { type: "completion", streaming: true },
    server: { type: "vllm", ignore_eos: true },
    data: { type: "random", input_distribution: fixed(inputTokens), output_distribution: fixed(outputTokens) },
    load: {
      type: "concurrent",
      stages: concurrency.map((level) => ({ concurrency_level: level, num_requests: requests })),
    },
  };
}
