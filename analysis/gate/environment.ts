import type { Stage } from "../../harness/plan.ts";
import { fingerprint } from "../../scenario/runId.ts";
import { loadName } from "../loadName.ts";
import type { Run } from "../run.ts";
import { systemIdentity } from "../systemIdentity.ts";

/**
 * What must stay as it is for two numbers to be points of one series: the workload, what sends it, and what it runs on. The
 * engine's version and settings are not in it: they are what is under test. Names of nodes are not either: an autoscaled
 * pool gives new ones every night. Several values of one fact: the runs are a mixture.
 */
export type Environment = Readonly<Record<string, readonly string[]>>;

/** Of these facts about the machine only: others (kernel, kubelet) change weekly and seldom matter. */
const machineFacts = ["cpu", "cpus", "memoryGiB", "instanceType", "gpu", "driver"];

export function environmentOf(runs: readonly Run[]): Environment {
  const facts = new Map<string, Set<string>>();
  for (const run of runs) {
    for (const [name, value] of factsOf(run)) facts.set(name, (facts.get(name) ?? new Set()).add(value));
  }
  return Object.fromEntries([...facts].map(([name, values]) => [name, [...values].sort()]));
}

/** 12 hex digits; another one begins a new series. */
export function environmentFingerprint(environment: Environment): string {
  return fingerprint(environment).slice(0, 12);
}

function factsOf(run: Run): [string, string][] {
  const { model, hardware } = systemIdentity(run);
  const { machine } = run.provenance;
  const workload = workloadOf(run);
  return [
    ["engine", run.simulated ? "simulated" : "real"],
    ["harness", run.harness],
    ["harness version", run.harnessVersion ?? "unknown"],
    ["model", model],
    ["hardware", hardware],
    ...(workload === null ? [] : [["workload", fingerprint(workload).slice(0, 8)] as [string, string]]),
    ["loads", [...new Set(run.stages.map(({ plan: { load, stop } }) => stageText(load, stop)))].join(", ") || "none"],
    ...machineFacts.flatMap((name): [string, string][] =>
      machine[name] === undefined ? [] : [[name, String(machine[name])]],
    ),
  ];
}

function stageText(load: Stage["load"], stop: Stage["stop"]): string {
  const size = load.type === "concurrency" ? load.concurrency : load.requestsPerSecond;
  return `${loadName({ loadType: load.type, load: size })} for ${"seconds" in stop ? `${stop.seconds} s` : `${stop.requests} requests`}`;
}

/** What is asked of the engine; the seed is not in it, for every repetition has its own. null: nobody recorded it. */
function workloadOf({ plan, provenance: { scenario } }: Run): unknown {
  if (plan !== null) {
    const { api, stream, ignoreEos, extraBody, data } = plan;
    return { api, stream, ignoreEos, extraBody, data };
  }
  if (typeof scenario === "object" && scenario !== null && "workload" in scenario) return scenario.workload ?? null;
  return null;
}
