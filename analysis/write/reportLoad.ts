import type { Distribution, HarnessPlan, Load } from "../../harness/plan.ts";
import { fingerprint } from "../../scenario/runId.ts";
import type { StageMetrics } from "../analysis.ts";
import type { Run, RunStage } from "../run.ts";
import type { ReportLoad, SequenceLength } from "./reportDocument.ts";

/** null: the format requires an input length, and neither the plan nor the answers tell one. */
export function reportLoad(run: Run, index: number, metrics: StageMetrics | null): ReportLoad | null {
  const { plan } = run.stages[index] as RunStage;
  const input = plannedInput(run.plan) ?? measuredInput(metrics);
  if (input === null) return null;
  const output = enforcedOutput(run.plan, metrics);
  const config = nativeConfig(run);
  const { load } = plan;
  return {
    metadata: {
      schema_version: "0.0.1",
      cfg_id: configId(config),
      description: describe(run, plan.name, load.type),
    },
    standardized: {
      tool: run.harness,
      tool_version: run.harnessVersion ?? "unknown",
      source: run.plan === null ? "unknown" : run.plan.data.type === "synthetic" ? "random" : "sampled",
      stage: index,
      input_seq_len: input,
      ...(output === null ? {} : { output_seq_len: output }),
      ...rateOf(load),
    },
    native: { config },
  };
}

/** The same for all repetitions and targets: what differs between them is no part of the workload. */
function configId(config: Readonly<Record<string, unknown>>): string {
  const { runId, seed, target, ...workload } = config;
  return fingerprint(JSON.parse(JSON.stringify(workload)));
}

/** The format refuses a rate of 0 and half a connection, which another harness's settings may hold. */
function rateOf(load: Load): { concurrency?: number; rate_qps?: number } {
  if (load.type !== "concurrency") return load.requestsPerSecond > 0 ? { rate_qps: load.requestsPerSecond } : {};
  return Number.isInteger(load.concurrency) && load.concurrency >= 1 ? { concurrency: load.concurrency } : {};
}

function describe({ plan }: Run, stage: string, type: string): string {
  const shared = plan?.data.type === "synthetic" ? plan.data.sharedPrefix : null;
  const prefix =
    shared === null ? "" : `; prompts share their first ${shared.tokens} tokens in ${shared.groups} group(s)`;
  return `stage ${stage}, ${type === "concurrency" ? "closed loop" : `open loop, ${type} arrivals`}${prefix}`;
}

function plannedInput(plan: HarnessPlan | null): SequenceLength | null {
  // What an image costs in tokens is the model's affair.
  if (plan?.data.type !== "synthetic" || plan.data.images !== undefined) return null;
  return lengthOf(plan.data.inputTokens, plan.data.sharedPrefix?.tokens ?? 0);
}

/** Only a forced length is one of the load; what the model chose itself is a result. */
function enforcedOutput(plan: HarnessPlan | null, metrics: StageMetrics | null): SequenceLength | null {
  if (plan?.data.type !== "synthetic" || !plan.ignoreEos) return null;
  const { outputTokens } = plan.data;
  if (outputTokens.type !== "relative") return lengthOf(outputTokens, 0);
  const value = metrics?.outputTokens.mean.value ?? null;
  return value === null ? null : { distribution: "other", value, min: outputTokens.min, max: outputTokens.max };
}

function measuredInput(metrics: StageMetrics | null): SequenceLength | null {
  const value = metrics?.inputTokens.mean.value ?? null;
  return value === null || !(value >= 0) ? null : { distribution: "other", value };
}

/** @param prefix tokens that stand before every prompt of that length */
function lengthOf(of: Distribution, prefix: number): SequenceLength {
  if (of.type === "fixed") return { distribution: "fixed", value: of.value + prefix };
  const bounds = { min: of.min + prefix, max: of.max + prefix };
  if (of.type === "uniform") return { distribution: "uniform", value: (of.min + of.max) / 2 + prefix, ...bounds };
  const distribution = of.type === "normal" ? "gaussian" : "other";
  return { distribution, value: of.mean + prefix, std_dev: of.stdDev, ...bounds };
}

/** Our plan without the endpoint's address, or what the scenario says of another harness's workload. */
function nativeConfig({ plan, provenance }: Run): Record<string, unknown> {
  if (plan !== null) {
    const { target, ...rest } = plan;
    return { ...rest, target: { name: target.name, model: target.model } };
  }
  const { scenario } = provenance;
  const workload = typeof scenario === "object" && scenario !== null && "workload" in scenario && scenario.workload;
  return workload ? { workload } : {};
}
