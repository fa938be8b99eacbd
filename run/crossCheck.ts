import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { parseScenario } from "../scenario/parse.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { CommonLoad } from "../workloads/adapter.ts";
import { adapterOf, type ForeignHarness } from "../workloads/adapterOf.ts";
import { commonProfile } from "../workloads/commonProfile.ts";
import type { Driver } from "./driver.ts";
import { formatSeconds } from "./driver.ts";
import { localRuns } from "./localRun.ts";
import { plannedRuns } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunFolder, stackFolder } from "./runFolder.ts";

export interface CrossCheck {
  readonly url: string;
  readonly model: string;
  /** In the order in which they run; every second repetition goes the other way round. */
  readonly harnesses: readonly ("llmbench" | ForeignHarness)[];
  readonly load: CommonLoad;
  readonly repetitions: number;
  /** null: the model's name. */
  readonly tokenizer: string | null;
  readonly apiKey: string | null;
  /** Folder below results/. */
  readonly as: string;
  readonly seed: number;
  readonly waitTimeoutSeconds: number;
}

/** One harness after the other against the same endpoint under the same load; folders of all runs, in order. */
export async function crossCheck(check: CrossCheck, driver: Driver): Promise<RunFolder[]> {
  const stack = stackFolder(projectRoot, check.as);
  const scenarios = check.harnesses.map((harness) => scenarioOf(check, harness, stack));
  const apiKeys = (scenario: Scenario) => (check.apiKey === null ? {} : { [scenario.targets[0].name]: check.apiKey });
  const turns = Array.from({ length: check.repetitions }, (_, i) =>
    (i % 2 === 0 ? scenarios : scenarios.toReversed()).map((scenario) => ({
      scenario,
      run: plannedRuns(scenario)[i]!,
    })),
  ).flat();
  const folders: RunFolder[] = [];
  let spentSeconds = 0;
  for (const [index, { scenario, run }] of turns.entries()) {
    if (driver.signal.aborted) break;
    const began = performance.now();
    const left = index === 0 ? "" : `, ETA about ${formatSeconds((spentSeconds / index) * (turns.length - index))}`;
    driver.say(`run ${index + 1}/${turns.length}: ${scenario.harness.name}, repetition ${run.repetition}${left}`);
    const latest = RunFolder.latest(stack, run.runId);
    // Asked for again, it is measured again: an endpoint is not what it was yesterday.
    const folder = latest.state === "absent" ? latest : latest.next(stack, run.runId);
    const makeRun = localRuns(scenario, { apiKeys: apiKeys(scenario), hfToken: null }, driver);
    const manifest = await makeRun(run, folder, (harness, seconds) => {
      const etaSeconds = harness.etaSeconds ?? seconds;
      driver.progress({ run: index + 1, runs: turns.length, target: scenario.harness.name, harness, etaSeconds });
    });
    if (manifest !== null && manifest.status !== "complete")
      driver.warn(`${scenario.harness.name}: run ${run.runId} is ${manifest.status}: ${manifest.reason}`);
    folders.push(folder);
    spentSeconds += (performance.now() - began) / 1000;
  }
  return folders;
}

/** The scenario of one harness, as a stack file would say it; its profile lies beside the results. */
function scenarioOf(check: CrossCheck, harness: CrossCheck["harnesses"][number], stack: string): Scenario {
  const { url, model, load, repetitions, tokenizer, apiKey, as, seed, waitTimeoutSeconds } = check;
  const profile = harness === "llmbench" ? commonProfile(load) : adapterOf(harness).profileOf(load);
  const workload = join(stack, "profiles", `${harness}.yaml`);
  mkdirSync(join(stack, "profiles"), { recursive: true });
  writeFileSync(workload, dump(profile));
  const values = {
    platform: "local",
    // Named after the harness: that is what is compared here.
    targets: [{ name: harness, url, servedModel: model }],
    harness,
    workload,
    repetitions,
    seed,
    harnessSettings: { waitTimeoutSeconds, ...(tokenizer === null || harness === "llmbench" ? {} : { tokenizer }) },
  };
  const apiKeyNames = apiKey === null ? [] : [harness];
  return parseScenario(
    { values, hasHfToken: true, hasClusterToken: false, apiKeyNames },
    { stack: as, file: "cross-check" },
  );
}
