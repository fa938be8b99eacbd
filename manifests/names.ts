import type { Scenario, Target } from "../scenario/scenario.ts";

/** The claim that all harness Jobs of a stack write to, and where they mount it. */
export const resultsClaim = "workload-pvc";
export const resultsMount = "/requests";

/** Secret and key of the Hugging Face token, as llm-d's guides name them. */
export const hfTokenSecret = { name: "llm-d-hf-token", key: "HF_TOKEN" } as const;

/** Where the model cache is mounted, read-only in the engine. */
export const modelMount = "/model-cache";

/** Identity of our pods; it has no rights. */
export const runnerServiceAccount = "llmdbench-runner";
/** Identity for whoever waits and collects, e.g. in CI; it has the few rights that this needs. */
export const collectorServiceAccount = "llmdbench-collector";

/** Of every engine's container and Service. */
export const enginePort = 8000;

export function engineName(target: Target): string {
  return `${target.method === "simulated" ? "simulated" : "vllm-standalone"}-${target.name}`;
}

/** Key within the Secret of an engine's API key. */
export const apiKeySecretKey = "api-key";

export function apiKeySecretName(target: Pick<Target, "name">): string {
  return `${target.name}-api-key`;
}

/** `llmdbench-<harness>-launcher-<8 hex>-r<n>[-a<attempt>]`: unlike the run id it fits the 63 characters that a Job may have. */
export function harnessJobName(scenario: Scenario, run: RunIdentity): string {
  const [, hashAndRepetition] = /-([0-9a-f]{8}-r\d+)$/.exec(run.runId) ?? [];
  if (hashAndRepetition === undefined) throw new Error(`"${run.runId}" is no run id`);
  const suffixes = `${attemptSuffix(run.attempt)}${debugSuffix(scenario)}`;
  return `llmdbench-${scenario.harness.name}-launcher-${hashAndRepetition}${suffixes}`;
}

/** Pod that gives out a run's files after its Job has ended. */
export function readerPodName(scenario: Scenario, run: RunIdentity): string {
  return harnessJobName(scenario, run).replace("-launcher-", "-reader-");
}

/**
 * Folder of a run's files in the results claim; the same name as on the workstation. What is tried by hand in a debug pod
 * has one of its own: beside a run's files it would be refused, and without them it would be taken for the run.
 */
export function resultsPath(scenario: Pick<Scenario, "mode">, run: RunIdentity): string {
  return `${run.runId}${attemptSuffix(run.attempt)}${debugSuffix(scenario)}`;
}

/** What names a run's objects. */
export interface RunIdentity {
  readonly runId: string;
  /** From 1; a retry of a failed run is the next one. */
  readonly attempt: number;
}

function attemptSuffix(attempt: number): string {
  return attempt === 1 ? "" : `-a${attempt}`;
}

function debugSuffix({ mode }: Pick<Scenario, "mode">): string {
  return mode === "debug" ? "-debug" : "";
}
