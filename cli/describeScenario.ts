import type { DataSource, Distribution, HarnessPlan, Stage } from "../harness/plan.ts";
import { formatSeconds } from "../run/driver.ts";
import { type PlannedRun, plannedSeconds } from "../run/plannedRun.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { renderPlan } from "../workloads/plan.ts";

/** What a stack would do, in a few lines, before it does it. */
export function describeScenario(scenario: Scenario, runs: readonly PlannedRun[]): string {
  const [first] = scenario.targets;
  const plan = renderPlan(scenario, first, { url: "", servedModel: "", apiKeyEnv: null }, 1, "");
  const rows: [string, string][] = [["scenario", scenario.name]];
  for (const target of scenario.targets) {
    rows.push([scenario.targets.length > 1 ? target.name : "engine", describeEngine(target)]);
    if (target.method !== "existing") rows.push(["", describeFit(target)]);
  }
  rows.push(["workload", `${scenario.workload.profile}: ${describeLoad(plan.stages)}`]);
  rows.push(["", `${plan.api}, ${describeData(plan.data)}${plan.stream ? ", streamed" : ""}`]);
  rows.push(["runs", describeRuns(scenario, runs, plan)]);
  const simulated = scenario.targets.some(({ method }) => method === "simulated");
  const width = Math.max(...rows.map(([key]) => key.length));
  const title = `LLM Bench, stack ${scenario.stack}${simulated ? ": SIMULATED engine, no GPU" : ""}`;
  return [title, ...rows.map(([key, value]) => `  ${key.padEnd(width)}  ${value}`)].join("\n");
}

function describeEngine(target: Target): string {
  if (target.method === "existing") return `existing, ${target.servedModel} at ${target.url}`;
  const slower =
    target.method === "simulated" && target.simulator.slowdown !== 1
      ? `, all times x ${target.simulator.slowdown}`
      : "";
  return `${target.method}, ${target.model.name} on ${target.gpuCount} x ${target.gpu.name}${slower}`;
}

function describeFit({ fit, gpu }: Exclude<Target, { method: "existing" }>): string {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const tokens = Math.round(fit.kvTokens / 1000);
  return `fits: ${gib(fit.weightBytes)} of weights + ${gib(fit.kvCacheBytes)} of KV cache (${tokens}k tokens) in ${gpu.memoryGiB.toFixed(1)} GiB`;
}

function describeLoad(stages: readonly Stage[]): string {
  const values = stages.map(({ load }) => (load.type === "concurrency" ? load.concurrency : load.requestsPerSecond));
  const type =
    stages[0]?.load.type === "concurrency"
      ? "closed loop, concurrency"
      : `open loop (${stages[0]?.load.type}), requests/s`;
  return `${type} ${values.join(", ")}`;
}

function describeData(data: DataSource): string {
  if (data.type === "file") return `prompts from ${data.path}`;
  return `about ${mean(data.inputTokens)} tokens in and ${mean(data.outputTokens)} out`;
}

function mean(distribution: Distribution): number {
  switch (distribution.type) {
    case "fixed":
      return distribution.value;
    case "uniform":
      return Math.round((distribution.min + distribution.max) / 2);
    default:
      return distribution.mean;
  }
}

function describeRuns({ repetitions }: Scenario, runs: readonly PlannedRun[], plan: HarnessPlan): string {
  const seconds = plannedSeconds(plan) * runs.length;
  const time = seconds > 0 ? `, about ${formatSeconds(seconds)} and the warm-up` : "";
  if (runs.length === 1) return `${runs[0]?.runId}${time}`;
  return `${runs.length}, one after the other${repetitions > 1 ? ` (each target ${repetitions} times, interleaved)` : ""}${time}`;
}
