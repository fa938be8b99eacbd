import type { Difference } from "./analysis.ts";
import { loadName } from "./loadName.ts";
import type { Run } from "./run.ts";
import { flattened } from "./settingText.ts";
import { recordedTarget } from "./systemIdentity.ts";

/** Facts of one kind. */
interface Group {
  readonly name: string;
  /** null: the run did not record them. */
  readonly of: (run: Run) => Readonly<Record<string, unknown>> | null;
  /** Whether a fact that others have and this one has not is known to be unset; else it may only not have been recorded. */
  readonly whole: (run: Run) => boolean;
}

/**
 * Differ between any two runs, and say nothing of why one is faster: names and ids, moments, places, what follows from
 * other settings (fit), and what a result costs. Keys of the top level of their group.
 */
const noise: ReadonlySet<string> = new Set([
  ...["name", "runId", "formatVersion", "startedAt", "endedAt", "durationSeconds"],
  ...[
    "importedFrom",
    "importedAt",
    "importedRunId",
    "path",
    "charts",
    "url",
    "baseUrl",
    "port",
    "hasApiKey",
    "fit",
    "price",
  ],
]);

const groups: readonly Group[] = [
  { name: "", of: targetOf, whole: isOurs },
  { name: "workload", of: workloadOf, whole: () => true },
  { name: "plan", of: planOf, whole: () => true },
  { name: "harness", of: ({ harness, harnessVersion }) => ({ harness, version: harnessVersion }), whole: () => false },
  { name: "machine", of: ({ provenance }) => provenance.machine, whole: () => false },
  {
    name: "client",
    of: ({ provenance }) => provenance.harness as Readonly<Record<string, unknown>> | null,
    whole: () => false,
  },
  { name: "versions", of: ({ provenance }) => provenance.versions, whole: () => false },
];

/** All settings, versions and machines that are not equal in all systems, by the first run of each. */
export function differencesOf(systems: ReadonlyMap<string, readonly Run[]>): Difference[] {
  const runs = [...systems.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  return groups.flatMap((group) => differencesIn(group, runs));
}

/** Settings that targets of some methods have. */
const ofOneMethod = ["llmd.", "simulator."] as const;

const keysOf = (facts: ReadonlyMap<string, unknown>): string[] => [...facts.keys()];

function differencesIn({ name, of, whole }: Group, runs: readonly Run[]): Difference[] {
  const facts = runs.map((run) => {
    const recorded = of(run);
    return recorded === null ? null : flattened(recorded, noise);
  });
  // A standalone engine has no gateway, a real one no simulated speed: one row, the method's, says so.
  const followsFromMethod = (key: string) =>
    ofOneMethod.some(
      (start) =>
        key.startsWith(start) &&
        facts.some((known) => known !== null && !keysOf(known).some((one) => one.startsWith(start))),
    );
  const unrecorded = facts.includes(null) && facts.some((known) => known !== null);
  const keys = [...new Set(facts.flatMap((known) => (known === null ? [] : keysOf(known))))].filter(
    (key) => !followsFromMethod(key),
  );
  const rows = keys.map((key): Difference => {
    const values = facts.map((known, i) => known && (known.get(key) ?? (whole(runs[i] as Run) ? "none" : null)));
    return { what: name === "" ? key : `${name}.${key}`, values };
  });
  return [
    // One row says it for all of its settings, which would be "not known" line after line.
    ...(unrecorded
      ? [{ what: name === "" ? "target" : name, values: facts.map((known) => (known === null ? null : "recorded")) }]
      : []),
    ...rows.filter(({ values }) => new Set(values.filter((value) => value !== null)).size > 1),
  ];
}

/** What the scenario says of the engine under test; of model and GPU their names, since the rest follows from these. */
function targetOf(run: Run): Readonly<Record<string, unknown>> | null {
  const target = recordedTarget(run) as Readonly<Record<string, unknown>> | null;
  if (target === null) return null;
  const { model, servedModel, gpu, ...settings } = target as {
    readonly model?: Named;
    readonly servedModel?: string;
    readonly gpu?: Named;
  };
  const all = { ...settings, model: model?.name ?? servedModel, precision: model?.precision, gpu: gpu?.name };
  // Of an engine that others deployed, what the scenario does not say is not unset but unknown.
  return isOurs(run) ? all : Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function isOurs(run: Run): boolean {
  return recordedTarget(run)?.method !== "existing";
}

interface Named {
  readonly name?: string;
  readonly precision?: string;
}

function workloadOf({ provenance, plan }: Run): Readonly<Record<string, unknown>> | null {
  const { scenario } = provenance;
  if (typeof scenario !== "object" || scenario === null) return null;
  const { platform, workload, harness } = scenario as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const pod = harness && { image: harness.image, cpu: harness.cpu, memory: harness.memory };
  // What is laid over a profile shows in the plan, where there is one.
  return { platform, profile: workload?.profile, overrides: plan === null ? workload?.overrides : undefined, pod };
}

/** As it was sent; where another harness made the run, its stages are all that is known of it. */
function planOf({ plan, stages }: Run): Readonly<Record<string, unknown>> | null {
  const planned = plan?.stages ?? stages.map((stage) => stage.plan);
  if (planned.length === 0) return null;
  const shown = planned.map(({ load, stop }) => {
    const value = load.type === "concurrency" ? load.concurrency : load.requestsPerSecond;
    const until = "seconds" in stop ? `${stop.seconds} s` : `${stop.requests} requests`;
    return `${loadName({ loadType: load.type, load: value })} for ${until}`;
  });
  if (plan === null) return { stages: shown };
  const { seed, api, stream, ignoreEos, extraBody, data, warmup, deadlines } = plan;
  return { seed, api, stream, ignoreEos, extraBody, data, warmup, stages: shown, deadlines };
}
