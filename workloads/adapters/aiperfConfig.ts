import type { HarnessRequest } from "../adapter.ts";
import type { AiperfProfile } from "./aiperfSchema.ts";

/** Variable that the config names; the key itself is in no file (config/endpoint.py@0.12.0 also redacts it in all that it writes). */
export const keyVariable = "OPENAI_API_KEY";

const DEFAULT_INPUT_TOKENS = 550;

/**
 * The config file that says what the flags say (`aiperf profile --config`, config/*.py@0.12.0). A file, because a key on the
 * command line is there for all to see, and flags only overlay a config: what they leave out would stay at its values.
 */
export function aiperfConfig(request: HarnessRequest<AiperfProfile>): Record<string, unknown> {
  const { profile, endpoint, tokenizer, seed, resultsFolder } = request;
  const { concurrency = [], "request-rate": rates = [] } = profile;
  const sweeping = rates.length > 1 ? { rate: rates } : concurrency.length > 1 ? { concurrency } : null;
  return {
    schemaVersion: "2.0",
    randomSeed: profile["random-seed"] ?? runSeed(seed),
    ...(sweeping === null ? {} : { sweep: { type: "grid", parameters: sweeping } }),
    benchmark: {
      model: endpoint.servedModel,
      endpoint: defined({
        url: endpoint.url,
        type: profile["endpoint-type"] ?? "chat",
        path: profile.endpoint,
        streaming: profile.streaming ?? false,
        use_server_token_count: profile["use-server-token-count"],
        use_legacy_max_tokens: profile["use-legacy-max-tokens"],
        timeout: profile["request-timeout-seconds"],
        extra: extraInputs(profile["extra-inputs"]),
        ...(endpoint.apiKeyEnv === null ? {} : { api_key: `\${${keyVariable}}` }),
      }),
      dataset: datasetOf(profile),
      phases: [...warmupOf(profile), profilingOf(profile)],
      tokenizer: defined({
        name: profile.tokenizer ?? tokenizer,
        revision: profile["tokenizer-revision"],
        trust_remote_code: profile["tokenizer-trust-remote-code"],
      }),
      artifacts: { dir: resultsFolder },
      // Both look for services of their own beside the engine; GPUs of another machine are not to be found from here.
      gpu_telemetry: { enabled: false },
      server_metrics: { enabled: !(profile["no-server-metrics"] ?? false) },
      runtime: { ui: "none" },
    },
  };
}

/**
 * Load N of a sweep has this and N (config/resolution/plan.py@0.12.0): the second repetition must not have in its first load the prompts of
 * the first one's second, which a server still keeps. numpy takes seeds below 2^32.
 */
function runSeed(seed: number): number {
  return (seed * 1009) % 2 ** 32;
}

function datasetOf(profile: AiperfProfile): Record<string, unknown> {
  const { "request-count": requests, "warmup-request-count": warmup = 0 } = profile;
  // The warm-up takes the first (one sampler for all phases, timing/phase_orchestrator.py@0.12.0): without its share the last would be its own again.
  const entries = profile["num-dataset-entries"] ?? (requests === undefined ? undefined : requests + warmup);
  if (profile["public-dataset"] !== undefined) return { type: "public", dataset: profile["public-dataset"], entries };
  if (profile["input-file"] !== undefined)
    return defined({ type: "file", path: profile["input-file"], format: profile["custom-dataset-type"] });
  const prefix = defined({
    pool_size: profile["num-prefix-prompts"],
    length: profile["prefix-prompt-length"],
    shared_system_length: profile["shared-system-prompt-length"],
  });
  return {
    type: "synthetic",
    entries,
    prompts: defined({
      isl: distribution(
        profile.isl ?? DEFAULT_INPUT_TOKENS,
        profile["isl-stddev"],
        profile["isl-min"],
        profile["isl-max"],
      ),
      osl:
        profile.osl === undefined
          ? undefined
          : distribution(profile.osl, profile["osl-stddev"], profile["osl-min"], profile["osl-max"]),
    }),
    ...(Object.keys(prefix).length > 0 ? { prefix_prompts: prefix } : {}),
  };
}

function distribution(mean: number, stddev = 0, min?: number, max?: number): Record<string, unknown> {
  return defined({ mean, stddev, min, max });
}

/** A sweep warms up with the most that it will have in flight; it is the same for all its loads. */
function warmupOf(profile: AiperfProfile): Record<string, unknown>[] {
  const requests = profile["warmup-request-count"];
  if (requests === undefined) return [];
  const concurrency = profile["warmup-concurrency"] ?? Math.min(requests, Math.max(1, ...(profile.concurrency ?? [])));
  return [{ name: "warmup", kind: "warmup", type: "concurrency", requests, concurrency, exclude_from_results: true }];
}

function profilingOf(profile: AiperfProfile): Record<string, unknown> {
  const { concurrency, "request-rate": rates } = profile;
  return defined({
    name: "profiling",
    type: rates === undefined ? "concurrency" : (profile["request-rate-mode"] ?? "poisson"),
    rate: rates?.[0],
    concurrency: concurrency?.[0],
    requests: profile["request-count"],
    duration: profile["benchmark-duration"],
    grace_period: profile["benchmark-grace-period"],
  });
}

/** "ignore_eos:true temperature:0", a list of such, JSON, or an object. */
function extraInputs(value: AiperfProfile["extra-inputs"]): Record<string, unknown> | undefined {
  if (value === undefined || (typeof value === "object" && !Array.isArray(value))) return value;
  const words = [value].flat().flatMap((one) => (one.trimStart().startsWith("{") ? [one] : one.split(/\s+/)));
  const pairs = words
    .filter((word) => word !== "")
    .map((word): Record<string, unknown> => {
      if (word.startsWith("{")) return parsed(word) as Record<string, unknown>;
      const colon = word.indexOf(":");
      return colon < 0 ? { [word]: true } : { [word.slice(0, colon)]: parsed(word.slice(colon + 1)) };
    });
  return Object.assign({}, ...pairs);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
