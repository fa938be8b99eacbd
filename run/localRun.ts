import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../analysis/run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { ScenarioError } from "../scenario/userError.ts";
import { isForeign } from "../workloads/adapterOf.ts";
import type { MakeRun } from "./benchmark.ts";
import { closeRun } from "./closeRun.ts";
import type { Driver } from "./driver.ts";
import { type Endpoint, reachExisting, startSimulator } from "./endpoint.ts";
import { runForeignProcess } from "./foreignProcess.ts";
import type { HarnessEnding, LocalWork } from "./localWork.ts";
import { runOwnProcess } from "./ownProcess.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { workstation } from "./provenance.ts";
import { RunError } from "./runError.ts";
import type { RunFolder } from "./runFolder.ts";

export interface LocalSecrets {
  /** Of existing engines, by target. */
  readonly apiKeys: Readonly<Record<string, string>>;
  readonly hfToken: string | null;
}

/** How runs are made on this machine. */
export function localRuns(scenario: Scenario, { apiKeys, hfToken }: LocalSecrets, driver: Driver): MakeRun {
  return (run, folder, onProgress) =>
    localRun({ scenario, run, folder, hfToken, driver, onProgress }, apiKeys[run.target.name] ?? null);
}

/**
 * One run on this machine: engine up (or reached), generator against it, engine down, manifest. Always leaves a folder
 * with a manifest that tells how it ended; throws only on bugs.
 */
async function localRun(work: Omit<LocalWork, "endpoint">, apiKey: string | null): Promise<Manifest> {
  const { scenario, run, folder } = work;
  const startedAt = new Date();
  for (const sub of ["results", "setup/commands", "setup/yamls", "environment", "workload"]) {
    mkdirSync(join(folder.path, sub), { recursive: true });
  }
  let ending: HarnessEnding;
  let endpoint: Endpoint | null = null;
  try {
    endpoint = await openEndpoint(scenario, run, folder, apiKey);
    const make = isForeign(scenario.harness.name) ? runForeignProcess : runOwnProcess;
    ending = await make({ ...work, endpoint });
  } catch (error) {
    if (!(error instanceof RunError || error instanceof ScenarioError)) throw error;
    ending = { status: "failed", reason: error.message };
  } finally {
    await endpoint?.close();
  }
  folder.write("environment/context.ctx", "local: no cluster; engine and harness ran on this machine");
  return closeRun(scenario, run, folder, {
    ...ending,
    startedAt,
    endedAt: new Date(),
    machine: workstation(),
    job: null,
  });
}

function openEndpoint(
  scenario: Scenario,
  run: PlannedRun,
  folder: RunFolder,
  apiKey: string | null,
): Promise<Endpoint> {
  const { target } = run;
  switch (target.method) {
    case "simulated":
      return startSimulator(target, scenario, folder.path);
    case "existing":
      return reachExisting(target, apiKey);
    default:
      throw new RunError(
        `method "${target.method}" of target "${target.name}" needs a cluster; on platform "local" use simulated or existing`,
      );
  }
}
