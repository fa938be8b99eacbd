import { readsStartup } from "../scenario/harnesses.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import type { HarnessAdapter, HarnessProcess, PlannedStage } from "./adapter.ts";
import { adapterOf, harnessImage, isForeign } from "./adapterOf.ts";
import { checkForeignWorkload } from "./foreignChecks.ts";
import { loadForeignProfile } from "./foreignProfile.ts";
import { ownProfile, renderStages, type TargetEndpoint } from "./plan.ts";
import type { Profile } from "./profileSchema.ts";
import { type SeededRun, seedOf } from "./seed.ts";
import { tokenValues } from "./template.ts";

/** What a run does, whichever harness makes it. */
export type Workload = OwnWorkload | ForeignWorkload | StartupWorkload;

interface AnyWorkload {
  /** Of the profile. */
  readonly name: string;
  /** In order; for the plan, the ETA and the time limit. */
  readonly stages: readonly PlannedStage[];
  /** What is not as it should be and was put right; sentences. */
  readonly warnings: readonly string[];
}

export interface OwnWorkload extends AnyWorkload {
  readonly kind: "own";
  readonly profile: Profile;
}

export interface ForeignWorkload extends AnyWorkload {
  readonly kind: "foreign";
  readonly adapter: HarnessAdapter;
  /** The harness's own config. */
  readonly profile: unknown;
}

/** nop: nothing is sent; what the engine says while it starts is the measurement. */
export interface StartupWorkload extends AnyWorkload {
  readonly kind: "startup";
}

/**
 * The workload of a scenario for one of its targets, read and checked: all that decides what a run does, apart from its
 * target and seed, hence part of its fingerprint. The last check before anything runs.
 * @param endpoint for templates that name it; a stand-in where it is not known yet
 * @throws ScenarioError when the profile is bad, the engine cannot serve it, or there is not the time for it
 */
export function workloadOf(
  scenario: Scenario,
  target: Target = scenario.targets[0],
  endpoint: TargetEndpoint = standIn(target),
): Workload {
  const { name } = scenario.harness;
  // No profile is read, so that its name changes nothing, the run id included.
  if (readsStartup(name)) return { kind: "startup", name: "none", stages: [], warnings: [] };
  if (isForeign(name)) return foreignWorkload(scenario, target, endpoint);
  const profile = ownProfile(scenario);
  const stages = renderStages(profile.stages).map(
    ({ name, stop }): PlannedStage => ({ name, seconds: null, requests: null, ...stop }),
  );
  return { kind: "own", name: profile.name, profile, stages, warnings: [] };
}

/** Length of the stages that have a time; one that counts requests takes as long as the engine makes it. */
export function plannedSeconds({ stages }: Pick<Workload, "stages">): number {
  return stages.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
}

/** Whose tokenizer harnesses use that count tokens themselves: a Hugging Face name or a folder. */
export function tokenizerOf({ harness }: Pick<Scenario, "harness">, target: Target): string {
  return harness.tokenizer ?? (target.method === "existing" ? target.servedModel : target.model.name);
}

/** Where a process of a harness finds what it needs. */
export interface ProcessPlace {
  readonly endpoint: TargetEndpoint;
  readonly tokenizer: string;
  readonly configFolder: string;
  readonly resultsFolder: string;
}

/**
 * What is run for one repetition and attempt (both from 1).
 * @throws ScenarioError where the profile cannot be run against this target
 */
export function processOf(
  scenario: Scenario,
  { adapter, profile, name }: ForeignWorkload,
  { repetition, attempt, runId }: { readonly repetition: number; readonly attempt: number; readonly runId: string },
  place: ProcessPlace,
): HarnessProcess {
  return unlessBad(scenario, name, () =>
    adapter.render({ profile, runId, seed: runSeed(scenario, { repetition, attempt }), ...place }),
  );
}

/** The seed of a run's prompts, whichever harness sends them; a start-up, which sends none, has the scenario's. */
export function runSeed(scenario: Scenario, run: SeededRun): number {
  // Of the first target and without its address, which templates name: all targets are sent the same.
  const workload = workloadOf(scenario);
  return workload.kind === "startup" ? scenario.seed : seedOf(scenario, workload.profile as object, run);
}

function foreignWorkload(scenario: Scenario, target: Target, endpoint: TargetEndpoint): ForeignWorkload {
  const { harness } = scenario;
  const file = `Pulumi.${scenario.stack}.yaml`;
  const adapter = adapterOf(harness.name as Parameters<typeof adapterOf>[0]);
  const templateValues = tokenValues({
    model: endpoint.servedModel,
    tokenizer: tokenizerOf(scenario, target),
    maxModelLen: target.method === "existing" ? null : target.engine.maxModelLen,
    url: endpoint.url,
    harness: harness.name,
    image: harnessImage(scenario) ?? "",
    namespace: harness.namespace,
    serviceAccount: harness.serviceAccount ?? "llmdbench-runner",
    claim: "workload-pvc",
  });
  const { name, profile, warnings } = loadForeignProfile(adapter, { ...scenario.workload, file, templateValues });
  return unlessBad(scenario, name, () => {
    const stages = adapter.stages(profile);
    checkForeignWorkload(scenario, target, { name, stages, longest: adapter.longest(profile) }, file);
    return { kind: "foreign", name, adapter, profile, stages, warnings };
  });
}

/** What one key of a profile means for another only its adapter knows; it throws plain errors. */
function unlessBad<T>(scenario: Scenario, name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ScenarioError || error instanceof UserError) throw error;
    throw new ScenarioError([
      new UserError({
        key: "workload",
        value: name,
        file: `Pulumi.${scenario.stack}.yaml`,
        allowed: null,
        reason: `harness ${scenario.harness.name} cannot run it: ${(error as Error).message}`,
        next: "Correct the profile, or lay other values over it by workloadOverrides.",
      }),
    ]);
  }
}

/** Before the engine is there, or its address known. */
function standIn(target: Target): TargetEndpoint {
  return target.method === "existing"
    ? { url: target.url.replace(/\/+$/, "").replace(/\/v1$/, ""), servedModel: target.servedModel, apiKeyEnv: null }
    : { url: "http://127.0.0.1:8000", servedModel: target.model.name, apiKeyEnv: null };
}
