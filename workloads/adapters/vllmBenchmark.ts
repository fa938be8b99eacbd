import { DEFAULT_IMAGE, DEFAULT_VERSION } from "../../scenario/engine.ts";
import type { HarnessAdapter, HarnessProcess, HarnessRequest } from "../adapter.ts";
import { modernise, type VllmBenchmarkProfile, vllmBenchmarkSchema } from "./vllmBenchmarkFlags.ts";
import { longestOf } from "./vllmBenchmarkLengths.ts";
import { type BenchLoad, benchLoads } from "./vllmBenchmarkLoads.ts";
import { loadStarts, vllmBenchmarkScript } from "./vllmBenchmarkScript.ts";

/**
 * `vllm bench serve`, from vLLM's image at one pinned version, whatever version the engine has: engines are compared by the
 * same client. It runs without a GPU (vllm/entrypoints/cli/main.py@v0.26.0 takes the CPU platform for `vllm bench`).
 *
 * It makes its prompts with a tokenizer and has no way around one: main_async asserts it, whatever --skip-tokenizer-init says.
 */
export const vllmBenchmark: HarnessAdapter<VllmBenchmarkProfile> = {
  name: "vllm-benchmark",
  version: DEFAULT_VERSION.slice(1),
  image: `${DEFAULT_IMAGE}:${DEFAULT_VERSION}`,
  executable: "vllm",
  install: `pip install "vllm[bench]==${DEFAULT_VERSION.slice(1)}"`,
  schema: vllmBenchmarkSchema,
  modernise,
  stages: (profile) => benchLoads(profile).map(({ name, requests }) => ({ name, seconds: null, requests })),
  longest: longestOf,
  render,
  progressReader: (stages) => {
    const started = Date.now();
    let stage = 0;
    let ok = 0;
    let failed = 0;
    return (line) => {
      const start = loadStarts(line);
      const said = /^(Successful|Failed) requests:\s+(\d+)/.exec(line);
      if (start !== null) {
        stage = start;
        ok = 0;
        failed = 0;
      } else if (said?.[1] === "Successful") ok = Number(said[2]);
      else if (said?.[1] === "Failed") failed = Number(said[2]);
      else return null;
      return {
        phase: "stage",
        stage,
        stages: stages.length,
        name: stages[stage - 1]?.name ?? "",
        elapsedSeconds: (Date.now() - started) / 1000,
        etaSeconds: null,
        // It tells nothing between the start and the end of a load.
        inFlight: 0,
        ok,
        failed,
      };
    };
  },
  profileOf: ({ inputTokens, outputTokens, concurrency, requests }) => ({
    backend: "openai-chat",
    "dataset-name": "random",
    "random-input-len": inputTokens,
    "random-output-len": outputTokens,
    "ignore-eos": "none",
    "max-concurrency": [...concurrency],
    "num-prompts": requests,
    temperature: 0,
  }),
};

function render(request: HarnessRequest<VllmBenchmarkProfile>): HarnessProcess {
  const { profile, endpoint, configFolder } = request;
  checkTarget(profile, request);
  const loads = benchLoads(profile);
  return {
    files: {
      "run.sh": vllmBenchmarkScript(
        request,
        loads.map((load, index) => flagsOf(request, load, `${index}/${loads.length}`, index)),
      ),
    },
    command: ["sh", `${configFolder}/run.sh`],
    env: {
      // `date` in its files is the local time, without saying of which place.
      TZ: "UTC",
      VLLM_LOGGING_LEVEL: "WARNING",
      VLLM_NO_USAGE_STATS: "1",
      DO_NOT_TRACK: "1",
    },
    // Read by lib/endpoint_request_func.py@v0.26.0; not sent to /tokenize, so that prompts are not realigned there.
    apiKeyEnv: endpoint.apiKeyEnv === null ? null : "OPENAI_API_KEY",
  };
}

/** What a profile from elsewhere says about the target must be true, or results would name one engine and measure another. */
function checkTarget(
  profile: VllmBenchmarkProfile,
  { endpoint, tokenizer }: HarnessRequest<VllmBenchmarkProfile>,
): void {
  const url = profile["base-url"]?.replace(/\/+$/, "").replace(/\/v1$/, "");
  if (url !== undefined && url !== endpoint.url) {
    throw new Error(`base-url of the profile is ${url}, but the target answers at ${endpoint.url}: remove it`);
  }
  if (profile.model !== undefined && profile.model !== endpoint.servedModel && profile.model !== tokenizer) {
    throw new Error(
      `model of the profile is ${profile.model}, but the target serves ${endpoint.servedModel}: remove it, or correct the target`,
    );
  }
}

const metrics = ["ttft", "tpot", "itl", "e2el"];
/** 0 and 100 are the smallest and the largest value. */
const percentiles = [0, 0.1, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 100];
const ours = ["base-url", "model", "tokenizer", "max-concurrency", "request-rate", "num-prompts", "metadata"];

/** Flags of one load, without the program's name. */
function flagsOf(
  request: HarnessRequest<VllmBenchmarkProfile>,
  load: BenchLoad,
  place: string,
  index: number,
): string[] {
  const { profile, endpoint, tokenizer, seed, resultsFolder } = request;
  const backend = profile.backend ?? "openai";
  const asked = [profile["metric-percentiles"] ?? []].flat().flatMap((p) => String(p).split(",").map(Number));
  const wanted = [...new Set([...percentiles, ...asked])].sort((a, b) => a - b);
  const named = (profile["percentile-metrics"] ?? "").split(",").filter((metric) => metric !== "");
  const rest = Object.entries({
    backend,
    endpoint: backend === "openai-chat" ? "/v1/chat/completions" : "/v1/completions",
    "dataset-name": "random",
    ...profile,
    "percentile-metrics": [...new Set([...metrics, ...named])].join(","),
    "metric-percentiles": wanted.join(","),
  }).filter(([name]) => !ours.includes(name));
  return [
    ...["--base-url", endpoint.url],
    ...["--model", endpoint.servedModel],
    ...["--tokenizer", profile.tokenizer ?? tokenizer],
    ...["--num-prompts", String(load.requests)],
    ...(load.concurrency === null ? [] : ["--max-concurrency", String(load.concurrency)]),
    ...(load.requestsPerSecond === null ? [] : ["--request-rate", String(load.requestsPerSecond)]),
    ...["--seed", String(loadSeed(seed, index))],
    ...rest.flatMap(([name, value]) => flag(name, value)),
    // Read by the importer: the time zone of `date`, and which load of how many a file is.
    ...["--metadata", "llmbench_timezone=UTC", `llmbench_load=${place}`, ...wordsOf(profile.metadata)],
    ...["--result-dir", resultsFolder, "--result-filename", `load-${index}.json`],
    ...["--save-result", "--save-detailed", "--disable-tqdm"],
  ];
}

/**
 * Equal seeds make equal prompts, and a server would answer the second load from its prefix cache (vllm#54227); neither may the
 * second repetition repeat the first one's second load. numpy takes seeds below 2^32.
 */
function loadSeed(seed: number, index: number): number {
  return (seed * 1009 + index) % 2 ** 32;
}

function flag(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (value === "none" || value === true || value === null) return [`--${name}`];
  if (Array.isArray(value)) return [`--${name}`, ...value.map(String)];
  if (typeof value === "object") return [`--${name}`, JSON.stringify(value)];
  if (["goodput", "lora-modules"].includes(name)) return [`--${name}`, ...wordsOf(String(value))];
  return [`--${name}`, String(value)];
}

function wordsOf(value: string | readonly string[] | undefined): string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? value.split(/\s+/).filter((word) => word !== "") : [...value];
}
