import { outcomes } from "../../harness/recordFormat.ts";
import type { Analysis, Measured, StageAnalysis, StageMetrics, Summary, SystemAnalysis } from "../analysis.ts";
import { failuresUnknown } from "../failures.ts";
import { percentiles } from "../percentile.ts";
import { csvLine } from "./csvLine.ts";

type Field = string | number | boolean | null;

const summaries: readonly (readonly [name: string, of: (metrics: StageMetrics) => Summary])[] = [
  ["ttft_ms", ({ ttftMs }) => ttftMs],
  ["tpot_ms", ({ tpotMs }) => tpotMs],
  ["itl_ms", ({ itlMs }) => itlMs],
  ["e2e_ms", ({ e2eMs }) => e2eMs],
  ["ntpot_ms", ({ ntpotMs }) => ntpotMs],
  ["generation_ms", ({ generationMs }) => generationMs],
  ["request_token_rate_per_s", ({ requestTokenRate }) => requestTokenRate],
  ["adjusted_ttft_ms", ({ adjustedTtftMs }) => adjustedTtftMs],
  ["adjusted_e2e_ms", ({ adjustedE2eMs }) => adjustedE2eMs],
  ["input_tokens", ({ inputTokens }) => inputTokens],
  ["output_tokens", ({ outputTokens }) => outputTokens],
];
const statistics = ["n", "mean", "min", ...(Object.keys(percentiles) as (keyof typeof percentiles)[]), "max"] as const;

const header: readonly string[] = [
  ...["system", "model", "hardware", "simulated", "stage", "load_type", "load", "repetition"],
  ...["window_s", "sent", ...outcomes.map((name) => `outcome_${name}`), "failure_share"],
  ...["requests_per_s", "output_tokens_per_s", "input_tokens_per_s", "total_tokens_per_s", "cached_share"],
  ...["client_cpu_cores", "client_lag_p99_ms", "dispatch_lag_p99_ms"],
  ...summaries.flatMap(([name]) => statistics.map((statistic) => `${name}_${statistic}`)),
  ...["slo_verdict", "good_share", "good_requests_per_s", "good_output_tokens_per_s"],
  ...["usd_per_million_input_tokens", "usd_per_million_uncached_input_tokens", "usd_per_million_output_tokens"],
  ...["usd_per_million_tokens", "usd_per_million_good_output_tokens", "output_tokens_per_usd"],
  "joules_per_output_token",
  "harness",
];

/** One row per system, stage and repetition, and one with repetition "all"; an empty field is a value that is not known. */
export function stagesCsv({ systems }: Analysis): string {
  const rows = systems.flatMap((system) =>
    system.stages.flatMap((stage) => [
      ...stage.repetitions.map((metrics, index) => row(system, stage, repetitionOf(system, stage, index), metrics)),
      row(system, stage, "all", stage.pooled),
    ]),
  );
  return [header, ...rows].map(csvLine).join("");
}

/** By its run: where one lacks the stage, its neighbours keep their numbers. */
function repetitionOf({ runs }: SystemAnalysis, { runIds }: StageAnalysis, index: number): number | null {
  return runs.find(({ runId }) => runId === runIds?.[index])?.repetition ?? null;
}

function row(system: SystemAnalysis, stage: StageAnalysis, repetition: Field, metrics: StageMetrics): Field[] {
  const { client } = metrics;
  const known = failuresUnknown(metrics) === null;
  return [
    ...[
      system.name,
      system.model,
      system.hardware,
      system.simulated,
      stage.name,
      stage.loadType,
      stage.load,
      repetition,
    ],
    ...[
      metrics.windowSeconds,
      metrics.sent,
      ...outcomes.map((name) => (known || metrics.outcomes[name] > 0 ? metrics.outcomes[name] : null)),
      metrics.failureRate.value,
    ],
    ...[metrics.requestsPerSecond, metrics.outputTokensPerSecond, metrics.inputTokensPerSecond].map(value),
    ...[metrics.totalTokensPerSecond, metrics.cachedShare].map(value),
    ...[client.cpu, client.eventLoopLagP99Ms, client.dispatchLagP99Ms],
    ...summaries.flatMap(([, of]) =>
      statistics.map((name) => (name === "n" ? of(metrics).n : of(metrics)[name].value)),
    ),
    ...decided(system, stage, repetition),
    system.harness ?? null,
  ];
}

/** Objectives and cost are judged over all repetitions together; a single one leaves these fields empty. */
function decided({ stages, slo, cost }: SystemAnalysis, stage: StageAnalysis, repetition: Field): Field[] {
  const index = repetition === "all" ? stages.indexOf(stage) : -1;
  const judged = slo?.stages[index];
  const paid = cost.stages[index];
  return [
    judged?.verdict ?? null,
    ...[judged?.goodShare, judged?.goodRequestsPerSecond, judged?.goodOutputTokensPerSecond].map(known),
    ...[paid?.usdPerMillionInputTokens, paid?.usdPerMillionUncachedInputTokens].map(known),
    ...[paid?.usdPerMillionOutputTokens, paid?.usdPerMillionTokens, paid?.usdPerMillionGoodOutputTokens].map(known),
    ...[paid?.outputTokensPerUsd, paid?.joulesPerOutputToken].map(known),
  ];
}

const known = (measured: Measured | undefined): number | null => measured?.value ?? null;

function value(measured: Measured): number | null {
  return measured.value;
}
