import { targetsOf } from "../analysis/slo/targets.ts";
import { objectiveText } from "../analysis/write/objectives.ts";
import type { DataSource, Distribution, Stage } from "../harness/plan.ts";
import { nodeImage } from "../manifests/images.ts";
import { readsStartup } from "../scenario/harnesses.ts";
import type { ClusterSettings, Scenario, Target } from "../scenario/scenario.ts";
import { isSimulated, simulatorOf } from "../scenario/simulated.ts";
import { targetGpus } from "../scenario/targetGpus.ts";
import type { PlannedStage } from "../workloads/adapter.ts";
import { harnessImage } from "../workloads/adapterOf.ts";
import { plannedSeconds, tokenizerOf, type Workload, workloadOf } from "../workloads/index.ts";
import { renderPlan } from "../workloads/plan.ts";
import { describeGpus } from "./describeGpus.ts";
import { describeLlmd } from "./describeLlmd.ts";
import { formatSeconds } from "./driver.ts";
import { fitText } from "./fitText.ts";
import { versionWarning } from "./installedVersion.ts";
import type { PlannedRun } from "./plannedRun.ts";

/** What a stack would do, in a few lines, before it does it. */
export function describeScenario(scenario: Scenario, runs: readonly PlannedRun[]): string {
  const [first] = scenario.targets;
  const workload = workloadOf(scenario);
  const rows: [string, string][] = [["scenario", scenario.name]];
  for (const target of scenario.targets) {
    rows.push([scenario.targets.length > 1 ? target.name : "engine", describeEngine(target)]);
    rows.push(...describeParts(target).map((line): [string, string] => ["", line]));
  }
  rows.push(...describeWorkload(scenario, first, workload));
  rows.push(...describeObjectives(scenario));
  rows.push(["runs", describeRuns(scenario, runs, plannedSeconds(workload))]);
  if (scenario.cluster !== null) rows.push(...describeCluster(scenario, scenario.cluster));
  const simulated = scenario.targets.some(isSimulated);
  const width = Math.max(...rows.map(([key]) => key.length));
  const title = `LLM Bench, stack ${scenario.stack}${simulated ? ": SIMULATED engine, no GPU" : ""}`;
  return [title, ...rows.map(([key, value]) => `  ${key.padEnd(width)}  ${value}`)].join("\n");
}

function describeWorkload(scenario: Scenario, target: Target, workload: Workload): [string, string][] {
  const { name, stages, warnings } = workload;
  switch (workload.kind) {
    case "own": {
      const plan = renderPlan(scenario, target, { url: "", servedModel: "", apiKeyEnv: null }, 1, "");
      const { api, data, stream, stages: sweep } = plan;
      return [
        ["workload", `${name}: ${describeLoad(sweep)}`],
        ["", `${api}, ${describeData(data)}${stream ? ", streamed" : ""}`],
      ];
    }
    case "foreign": {
      const { adapter } = workload;
      const longest = adapter.longest(workload.profile);
      const lengths = longest ? `at most ${longest.input} tokens in and ${longest.output} out, ` : "";
      return [
        ["workload", `${name} of ${adapter.name} ${adapter.version}: ${listed(stages)}`],
        ["", `${lengths}tokens counted by the tokenizer of ${tokenizerOf(scenario, target)}`],
        ...[...(scenario.cluster === null ? versionWarning(adapter) : []), ...warnings].map(
          (line): [string, string] => ["", line],
        ),
      ];
    }
    case "startup":
      return [["workload", "none: the engine's start is measured, by its log"]];
  }
}

function describeObjectives({ criteria: { slo } }: Scenario): [string, string][] {
  if (slo === null) return [];
  return [
    [
      "objectives",
      targetsOf(slo)
        .map((target) => objectiveText(target))
        .join(", "),
    ],
  ];
}

/** "concurrency 1, 2, 4" for stages that differ in their last word only. */
function listed(stages: readonly PlannedStage[]): string {
  const names = stages.map(({ name }) => name);
  const start = /^[a-z]+ (?=\d)/.exec(names[0] ?? "")?.[0];
  if (start === undefined || !names.every((name) => name.startsWith(start))) return names.join(", ");
  return `${start}${names.map((name) => name.slice(start.length)).join(", ")}`;
}

function describeCluster(scenario: Scenario, cluster: ClusterSettings): [string, string][] {
  const where = cluster.host ?? (cluster.context === "auto" ? "the current context" : `context ${cluster.context}`);
  return [
    ["cluster", `${where}, namespace ${cluster.namespace}${cluster.createNamespace ? "" : " (must be there)"}`],
    ["harness", describeHarness(scenario)],
    ...describeGpus(scenario),
  ];
}

function describeHarness(scenario: Scenario): string {
  const { name, cpu, memory } = scenario.harness;
  if (readsStartup(name)) return `${name}, which needs no pod`;
  return `${name} on ${harnessImage(scenario) ?? nodeImage}, ${cpu} CPU, ${memory}`;
}

function describeEngine(target: Target): string {
  if (target.method === "existing") return `existing, ${target.servedModel} at ${target.url}`;
  const slowdown = isSimulated(target) ? simulatorOf(target).slowdown : 1;
  const slower = slowdown === 1 ? "" : `, all times x ${slowdown}`;
  const simulated = isSimulated(target) && target.method === "llm-d" ? " of simulated engines" : "";
  const gpus = target.method === "llm-d" ? targetGpus(target) : target.gpuCount;
  return `${target.method}${simulated}, ${target.model.name} on ${gpus} x ${target.gpu.name}${slower}`;
}

/** Below the line of the engine. */
function describeParts(target: Target): string[] {
  if (target.method === "existing") return target.metricsUrls ? [`metrics from ${target.metricsUrls.join(", ")}`] : [];
  return target.method === "llm-d" ? describeLlmd(target) : [fitText(target.fit, target.gpu, target.gpuCount)];
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
  const { inputTokens, outputTokens, sharedPrefix, images } = data;
  const input = mean(inputTokens) + (sharedPrefix?.tokens ?? 0);
  const output =
    outputTokens.type === "relative" ? Math.round(mean(inputTokens) * outputTokens.factorMean) : mean(outputTokens);
  const pictures = images ? `, and ${images.count} ${images.count === 1 ? "image" : "images"},` : "";
  return `about ${input} tokens in${pictures} and ${output} out`;
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

function describeRuns({ repetitions, together }: Scenario, runs: readonly PlannedRun[], ofOne: number): string {
  // Runs of a group are made at once.
  const turns = new Set(runs.map(({ group, runId }) => group ?? runId)).size;
  const seconds = ofOne * turns;
  const time = seconds > 0 ? `, about ${formatSeconds(seconds)} and the warm-up` : "";
  if (runs.length === 1) return `${runs[0]?.runId}${time}`;
  const times = repetitions > 1 ? `${repetitions} times` : "once";
  if (together) return `${runs.length}: each target ${times} alone and ${times} with all others, interleaved${time}`;
  return `${runs.length}, one after the other${repetitions > 1 ? ` (each target ${times}, interleaved)` : ""}${time}`;
}
