import type { BarrierPlan, HarnessPlan, Load, Stage } from "../harness/plan.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { loadProfile, promptFile } from "./profile.ts";
import type { Profile } from "./profileSchema.ts";
import { seedOf } from "./seed.ts";
import { checkWorkload } from "./workloadChecks.ts";

/** Where the engine of a target answers. */
export interface TargetEndpoint {
  /** Without "/v1". */
  readonly url: string;
  readonly servedModel: string;
  readonly apiKeyEnv: string | null;
  /** Where its pods tell their metrics; absent: `/metrics` of the url. */
  readonly metricsUrls?: readonly string[] | undefined;
}

/**
 * The scenario's profile with its overrides: everything but the target that decides what a run does, hence part of its fingerprint.
 * Also the last check before anything runs: throws ScenarioError when the profile is bad or the engines cannot serve it.
 */
export function ownProfile(scenario: Scenario): Profile {
  const file = `Pulumi.${scenario.stack}.yaml`;
  const profile = loadProfile({ harness: scenario.harness.name, ...scenario.workload, file });
  checkWorkload(scenario, profile, file);
  return profile;
}

/**
 * What the load generator does for one target, repetition and attempt (both from 1).
 * @param barrier where it waits for those that load other targets meanwhile; undefined: it is alone
 */
export function renderPlan(
  scenario: Scenario,
  target: Target,
  endpoint: TargetEndpoint,
  repetition: number,
  runId: string,
  attempt = 1,
  barrier?: BarrierPlan,
): HarnessPlan {
  const profile = ownProfile(scenario);
  const { api, stream, ignoreEos, extraBody, data, warmup, stages, deadlines } = profile;
  return {
    formatVersion: 1,
    runId,
    target: { name: target.name, baseUrl: endpoint.url, model: endpoint.servedModel, apiKeyEnv: endpoint.apiKeyEnv },
    seed: seedOf(scenario, profile, { repetition, attempt, loadedWith: barrier?.names ?? [] }),
    api,
    stream,
    ignoreEos,
    extraBody,
    warmup,
    deadlines,
    data: data.type === "file" ? { ...data, path: promptFile(data.path) } : data,
    stages: renderStages(stages),
    // Left out where it is what the generator does anyway: a plan that says nothing new stays as it was.
    ...(endpoint.metricsUrls === undefined ? {} : { metrics: { urls: endpoint.metricsUrls } }),
    ...(barrier === undefined ? {} : { barrier }),
  };
}

export function renderStages(sweep: Profile["stages"]): HarnessPlan["stages"] {
  const { concurrency = [], constant = [], poisson = [], seconds, requests } = sweep;
  const stop: Stage["stop"] = seconds === undefined ? { requests: requests! } : { seconds };
  const loads: Load[] = [
    ...concurrency.map((concurrency) => ({ type: "concurrency" as const, concurrency })),
    ...constant.map((requestsPerSecond) => ({ type: "constant" as const, requestsPerSecond })),
    ...poisson.map((requestsPerSecond) => ({ type: "poisson" as const, requestsPerSecond })),
  ];
  return loads.map((load) => ({ name: stageName(load), load, stop })) as unknown as HarnessPlan["stages"];
}

function stageName(load: Load): string {
  return load.type === "concurrency" ? `concurrency ${load.concurrency}` : `${load.type} ${load.requestsPerSecond}/s`;
}
