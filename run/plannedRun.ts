import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeImage } from "../manifests/images.ts";
import { chartHomes, endpointPickerImage, sidecarImage } from "../manifests/llmd/charts.ts";
import { simulatorConfig } from "../scenario/roofline.ts";
import { fingerprint, runId } from "../scenario/runId.ts";
import type { Scenario, Target } from "../scenario/scenario.ts";
import { isSimulated } from "../scenario/simulated.ts";
import { harnessImage } from "../workloads/adapterOf.ts";
import { runSeed, tokenizerOf, type Workload, workloadOf } from "../workloads/index.ts";
import { askAgain, extraRepetitions } from "./extraRepetitions.ts";
import { otherVersion } from "./installedVersion.ts";
import { projectRoot } from "./projectRoot.ts";

/** One target, one repetition: the unit that is run, kept and never redone while nothing that could change its result changes. */
export interface PlannedRun {
  readonly runId: string;
  readonly fingerprint: string;
  readonly target: Target;
  readonly repetition: number;
  /** Names of the targets that are loaded at the same time; empty: it is loaded alone. */
  readonly loadedWith: readonly string[];
  /** Of the runs that are made at once, which stand next to each other; null: it is made alone. */
  readonly group: string | null;
}

/**
 * In the order in which they run: A B, B A, A B ... so that a drift of the machine hits all targets alike. After each such
 * round all of them at once, where the scenario asks for that.
 */
export function plannedRuns(scenario: Scenario): PlannedRun[] {
  const fingerprints = fingerprintsOf(scenario);
  const repetitions = scenario.repetitions + extraRepetitions(scenario.stack, runSetOf(fingerprints));
  return Array.from({ length: repetitions }, (_, i) => i + 1).flatMap((repetition) => {
    const targets = repetition % 2 === 1 ? scenario.targets : scenario.targets.toReversed();
    const alone = targets.map((target): PlannedRun => {
      const print = fingerprints.get(target.name) as string;
      const id = runId(target.name, print, repetition);
      return { runId: id, fingerprint: print, target, repetition, loadedWith: [], group: null };
    });
    return scenario.together ? [...alone, ...allAtOnce(alone, repetition)] : alone;
  });
}

/** What is loaded beside a target can change its result as much as its own settings can. */
function allAtOnce(alone: readonly PlannedRun[], repetition: number): PlannedRun[] {
  const declared = alone.map(({ fingerprint }) => fingerprint).sort();
  const group = runId("together", fingerprint(declared), repetition);
  return alone.map(({ target, fingerprint: own }): PlannedRun => {
    const loadedWith = alone.flatMap(({ target: other }) => (other === target ? [] : [other.name])).sort();
    const print = fingerprint({ own, beside: declared.filter((other) => other !== own) });
    return { runId: runId(target.name, print, repetition), fingerprint: print, target, repetition, loadedWith, group };
  });
}

/** One more repetition of what the scenario now means; a changed scenario begins with the repetitions of its file. */
export function planAgain(scenario: Scenario): void {
  askAgain(scenario.stack, runSetOf(fingerprintsOf(scenario)));
}

function fingerprintsOf(scenario: Scenario): Map<string, string> {
  return new Map(scenario.targets.map((target) => [target.name, targetFingerprint(scenario, target)]));
}

function runSetOf(fingerprints: ReadonlyMap<string, string>): string {
  return fingerprint([...fingerprints.values()]).slice(0, 8);
}

function targetFingerprint(scenario: Scenario, target: Target): string {
  const workload = workloadOf(scenario, target);
  return fingerprint({
    // Whether a key is needed changes who may ask, not what is measured; and a stack file with one encrypted as a whole
    // cannot tell. A price changes what a result costs.
    target: { ...target, hasApiKey: undefined, price: undefined },
    ...ofWorkload(scenario, target, workload),
    harness: scenario.harness.name,
    // A start-up has neither a load generator's pod nor anything random.
    ...(workload.kind === "startup"
      ? {}
      : { seed: runSeed(scenario, { repetition: 1 }), pod: scenario.cluster && podOf(scenario) }),
    // Another version of a chart or of the endpoint picker serves in another way.
    llmd: target.method === "llm-d" ? { chartHomes, endpointPickerImage, sidecarImage } : undefined,
    simulator: isSimulated(target)
      ? { config: simulatorConfig(target, { seed: scenario.seed }), code: sourceHash("simulator") }
      : null,
  });
}

/** All that decides what is sent, and how. */
function ofWorkload(scenario: Scenario, target: Target, workload: Workload): object {
  switch (workload.kind) {
    case "own":
      return { workload: workload.profile, code: sourceHash("harness") };
    case "foreign": {
      const { name, version } = workload.adapter;
      const camelCase = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      return {
        workload: workload.profile,
        version,
        // On this machine another one may be installed, which may send and count otherwise.
        installed: (scenario.cluster === null && otherVersion(workload.adapter)) || undefined,
        tokenizer: tokenizerOf(scenario, target),
        code: sourceHash("workloads/adapters", (file) => file.startsWith(camelCase)),
      };
    }
    case "startup":
      return { workload: workload.name };
  }
}

/** What the pod of the load generator may use decides how fast it can be; on this machine there is no such limit. */
function podOf(scenario: Scenario) {
  const { cpu, memory } = scenario.harness;
  return { image: harnessImage(scenario) ?? nodeImage, cpu, memory };
}

/** The generator and the simulator are part of what is measured: a change of their code is a new run. */
function sourceHash(folder: string, isPart: (file: string) => boolean = () => true): string {
  const hash = createHash("sha256");
  const files = readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })
    // The generator's own benchmark measures it and is no part of it.
    .filter((file) => file.endsWith(".ts") && !file.startsWith("benchmark") && isPart(file))
    .sort();
  for (const file of files) hash.update(file).update(readFileSync(join(projectRoot, folder, file)));
  return hash.digest("hex").slice(0, 16);
}
