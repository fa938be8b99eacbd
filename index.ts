import { relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { EngineDriver } from "./components/engineDriver.ts";
import { LocalBenchmark } from "./components/localBenchmark.ts";
import { apiKeysFrom } from "./run/apiKeys.ts";
import { knownAnalysis, nextAttempts, reportFolder, runBenchmark } from "./run/benchmark.ts";
import { checkChartFolders } from "./run/chartFolders.ts";
import { describeScenario } from "./run/describeScenario.ts";
import type { Driver } from "./run/driver.ts";
import { localRuns } from "./run/localRun.ts";
import { stackMetrics } from "./run/metricOutputs.ts";
import { plannedRuns } from "./run/plannedRun.ts";
import { projectRoot } from "./run/projectRoot.ts";
import { readScenario } from "./run/readScenario.ts";
import { rawFromPulumi } from "./scenario/config.ts";

/** The program of every stack. A plain `pulumi` calls it without a driver; `./bench` runs it inline with its own. */
export default async function program(driver: Driver | undefined = undefined) {
  const drive = driver ?? new EngineDriver();
  const config = pulumi.runtime.allConfig();
  const scenario = readScenario(
    rawFromPulumi(config),
    pulumi.getStack(),
    pulumi.runtime.isDryRun() ? "warn" : "required",
  );
  checkChartFolders(scenario);
  const runs = plannedRuns(scenario);
  if (pulumi.runtime.isDryRun()) drive.plan([describeScenario(scenario, runs), ...scenario.warnings].join("\n"));
  const outputs = {
    scenario: scenario.name,
    runs: runs.map(({ runId }) => runId),
    report: `${relative(projectRoot, reportFolder(scenario, runs))}/report.html`,
  };

  if (scenario.cluster !== null) {
    // Imported here: the Kubernetes SDK takes half a second that the laptop need not wait for.
    const { clusterBenchmark } = await import("./components/clusterBenchmark.ts");
    const { analysis, ...deployed } = await clusterBenchmark(scenario, runs, config, drive);
    return { ...outputs, ...deployed, metrics: stackMetrics(analysis) };
  }

  const benchmark = new LocalBenchmark("benchmark", {
    scenario: scenario.name,
    runs: Object.fromEntries(runs.map((run) => [run.runId, run.fingerprint])),
  });
  // An apply is not called in a preview, which makes it the post-deploy step; the guard says so to the reader as well.
  const analysis = pulumi.runtime.isDryRun()
    ? knownAnalysis(scenario, runs)
    : benchmark.runs.apply(async () => {
        const todo = nextAttempts(scenario, runs, drive.retry);
        const makeRun = localRuns(
          scenario,
          { apiKeys: apiKeysFrom(config), hfToken: config["llm-bench:hfToken"] || null },
          drive,
        );
        return drive.finish(await runBenchmark(scenario, runs, todo, makeRun, drive));
      });
  return { ...outputs, metrics: pulumi.output(analysis).apply(stackMetrics) };
}
