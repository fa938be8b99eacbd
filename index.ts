import { relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { EngineDriver } from "./components/engineDriver.ts";
import { LocalBenchmark } from "./components/localBenchmark.ts";
import { apiKeysFrom } from "./run/apiKeys.ts";
import { knownAnalysis, reportFolder, runBenchmark } from "./run/benchmark.ts";
import type { Driver } from "./run/driver.ts";
import { stackMetrics } from "./run/metricOutputs.ts";
import { plannedRuns, projectRoot } from "./run/plannedRun.ts";
import { rawFromPulumi } from "./scenario/config.ts";
import { parseScenario } from "./scenario/parse.ts";

/** The program of every stack. A plain `pulumi` calls it without a driver; `./bench` runs it inline with its own. */
export default async function program(driver: Driver | undefined = undefined) {
  const drive = driver ?? new EngineDriver();
  const config = pulumi.runtime.allConfig();
  const stack = pulumi.getStack();
  const scenario = parseScenario(rawFromPulumi(config), { stack, file: `Pulumi.${stack}.yaml` });
  const runs = plannedRuns(scenario);

  const benchmark = new LocalBenchmark("benchmark", {
    scenario: scenario.name,
    runs: Object.fromEntries(runs.map((run) => [run.runId, run.fingerprint])),
  });

  // An apply is not called in a preview, which makes it the post-deploy step; the guard says so to the reader as well.
  const analysis = pulumi.runtime.isDryRun()
    ? knownAnalysis(scenario, runs)
    : benchmark.runs.apply(async () => drive.finish(await runBenchmark(scenario, runs, apiKeysFrom(config), drive)));

  return {
    scenario: scenario.name,
    runs: benchmark.runs,
    report: `${relative(projectRoot, reportFolder(scenario, runs))}/report.html`,
    metrics: pulumi.output(analysis).apply(stackMetrics),
  };
}
