import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HarnessPlan } from "../harness/plan.ts";
import { simulatorConfig } from "../scenario/roofline.ts";
import { fingerprint, runId } from "../scenario/runId.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { workloadOf } from "../workloads/plan.ts";

export const projectRoot = join(import.meta.dirname, "..");

/** One target, one repetition: the unit that is run, kept and never redone while nothing that could change its result changes. */
export interface PlannedRun {
  readonly runId: string;
  readonly fingerprint: string;
  readonly target: Target;
  readonly repetition: number;
}

/** In the order in which they run: A B, B A, A B ... so that a drift of the machine hits all targets alike. */
export function plannedRuns(scenario: Scenario): PlannedRun[] {
  const fingerprints = new Map(scenario.targets.map((target) => [target.name, targetFingerprint(scenario, target)]));
  return Array.from({ length: scenario.repetitions }, (_, i) => i + 1).flatMap((repetition) => {
    const block = scenario.targets.map((target): PlannedRun => {
      const print = fingerprints.get(target.name) as string;
      return { runId: runId(target.name, print, repetition), fingerprint: print, target, repetition };
    });
    return repetition % 2 === 1 ? block : block.reverse();
  });
}

function targetFingerprint(scenario: Scenario, target: Target): string {
  return fingerprint({
    // Whether a key is needed changes who may ask, not what is measured; and a stack file with one encrypted as a whole
    // cannot tell.
    target: { ...target, hasApiKey: undefined },
    workload: workloadOf(scenario),
    seed: scenario.seed,
    harness: scenario.harness.name,
    code: sourceHash("harness"),
    simulator:
      target.method === "simulated"
        ? { config: simulatorConfig(target, { seed: scenario.seed }), code: sourceHash("simulator") }
        : null,
  });
}

/** The generator and the simulator are part of what is measured: a change of their code is a new run. */
function sourceHash(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(join(projectRoot, folder)).sort()) {
    if (name.endsWith(".ts")) hash.update(name).update(readFileSync(join(projectRoot, folder, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Length of the stages that have a time; a stage that counts requests takes as long as the engine makes it. */
export function plannedSeconds(plan: HarnessPlan): number {
  return plan.stages.reduce((sum, { stop }) => sum + ("seconds" in stop ? stop.seconds : 0), 0);
}
