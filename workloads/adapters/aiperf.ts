import type { HarnessProgress } from "../../harness/recordFormat.ts";
import type { HarnessAdapter, PlannedStage } from "../adapter.ts";
import { aiperfConfig, keyVariable } from "./aiperfConfig.ts";
import { type AiperfProfile, aiperfSchema } from "./aiperfSchema.ts";

/** The newest of which a public image is known; 0.13.0 is on PyPI, with no image that we have seen. */
const VERSION = "0.12.0";

/**
 * aiperf 0.12: one process runs one load or, with a list, a sweep, each load in a folder of its own. The pods of it need a
 * pull secret for nvcr.io.
 *
 * A tokenizer in a folder must not be combined with HF_HUB_OFFLINE=1: it then looks for the folder's name in the cache of the hub and
 * ends with an error (common/tokenizer.py@0.12.0, _from_pretrained_local).
 */
export const aiperf: HarnessAdapter<AiperfProfile> = {
  name: "aiperf",
  version: VERSION,
  image: `nvcr.io/nvidia/ai-dynamo/aiperf:${VERSION}`,
  executable: "aiperf",
  install: `pip install "aiperf==${VERSION}"`,
  schema: aiperfSchema,
  stages,
  longest: (profile) => {
    if (profile["input-file"] !== undefined || profile["public-dataset"] !== undefined || profile.osl === undefined)
      return null;
    const prefix = (profile["prefix-prompt-length"] ?? 0) + (profile["shared-system-prompt-length"] ?? 0);
    // A normal distribution has no end; one in 30,000 is longer than four deviations.
    const upTo = (mean: number, stddev = 0, max?: number) => Math.ceil(max ?? mean + 4 * stddev);
    return {
      input: prefix + upTo(profile.isl ?? 550, profile["isl-stddev"], profile["isl-max"]),
      output: upTo(profile.osl, profile["osl-stddev"], profile["osl-max"]),
    };
  },
  render: (request) => ({
    files: { "aiperf.yaml": `${JSON.stringify(aiperfConfig(request), null, 2)}\n` },
    command: ["aiperf", "profile", "--config", `${request.configFolder}/aiperf.yaml`],
    env: { COLUMNS: "200", DO_NOT_TRACK: "1", HF_HUB_DISABLE_TELEMETRY: "1" },
    apiKeyEnv: request.endpoint.apiKeyEnv === null ? null : keyVariable,
  }),
  progressReader,
  profileOf: ({ inputTokens, outputTokens, concurrency, requests }) => ({
    "endpoint-type": "chat",
    streaming: true,
    concurrency: [...concurrency],
    "request-count": requests,
    isl: inputTokens,
    osl: outputTokens,
    "extra-inputs": { ignore_eos: true, temperature: 0 },
    "use-server-token-count": true,
    "no-server-metrics": true,
  }),
};

function stages(profile: AiperfProfile): PlannedStage[] {
  const { concurrency = [], "request-rate": rates = [] } = profile;
  const seconds = profile["benchmark-duration"] ?? null;
  const requests = profile["request-count"] ?? null;
  if (rates.length === 0) return concurrency.map((value) => ({ name: `concurrency ${value}`, seconds, requests }));
  const mode = profile["request-rate-mode"] ?? "poisson";
  const limits = concurrency.length > 0 ? concurrency.map((value) => `, at most ${value} in flight`) : [""];
  return rates.flatMap((rate) =>
    limits.map((limit) => ({ name: `${mode} ${Number(rate.toPrecision(4))}/s${limit}`, seconds, requests })),
  );
}

/** Lines of timing/phase/runner.py@0.12.0: "Phase profiling (profiling) started | ...", "... complete | completed=6, cancelled=0, errors=1 | ...". */
function progressReader(planned: readonly PlannedStage[]): (line: string) => HarnessProgress | null {
  const started = Date.now();
  let stage = 0;
  return (line) => {
    const phase = /Phase (\w+) \((warmup|profiling)\) (started|complete)/.exec(line);
    if (phase === null) return null;
    const warmup = phase[2] === "warmup";
    if (!warmup && phase[3] === "started") stage = Math.min(planned.length, stage + 1);
    const count = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(line)?.[1] ?? 0);
    const failed = count("errors");
    const at = Math.max(1, warmup ? Math.min(planned.length, stage + 1) : stage);
    const done = !warmup && phase[3] === "complete" && stage === planned.length;
    return {
      phase: done ? "done" : warmup ? "warmup" : "stage",
      stage: at,
      stages: planned.length,
      name: planned[at - 1]?.name ?? "",
      elapsedSeconds: (Date.now() - started) / 1000,
      etaSeconds: null,
      inFlight: count("in_flight"),
      ok: Math.max(0, count("completed") - failed),
      failed,
    };
  };
}
