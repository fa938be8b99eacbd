import { join } from "node:path";
import type { HarnessProgress } from "../harness/recordFormat.ts";
import { plannedSeconds, renderPlan, workloadOf } from "../workloads/index.ts";
import { startChild } from "./childProcess.ts";
import { apiKeyEnv, type HarnessEnding, type LocalWork } from "./localWork.ts";
import { projectRoot } from "./projectRoot.ts";
import { waitForChild } from "./waitForChild.ts";

export const ownHarness = join(projectRoot, "harness", "main.ts");

/** One run of our own load generator as a child process. */
export async function runOwnProcess(work: LocalWork): Promise<HarnessEnding> {
  const { scenario, run, folder, endpoint, driver, onProgress } = work;
  const where = {
    url: endpoint.url,
    servedModel: endpoint.servedModel,
    apiKeyEnv: endpoint.apiKey === null ? null : apiKeyEnv,
    metricsUrls: run.target.method === "existing" ? run.target.metricsUrls : undefined,
  };
  const plan = renderPlan(scenario, run.target, where, run.repetition, run.runId, folder.attempt);
  const seconds = plannedSeconds(workloadOf(scenario, run.target, where));
  const planFile = join(folder.path, "workload", "plan.json");
  folder.write("workload/plan.json", JSON.stringify(plan, null, 2));
  folder.write(
    "setup/commands/harness.txt",
    `node harness/main.ts --plan workload/plan.json --out results --progress json`,
  );
  const log: string[] = [];
  const child = startChild(
    ownHarness,
    ["--plan", planFile, "--out", folder.native, "--progress", "json", "--end-with-stdin"],
    (line) => {
      if (line.startsWith("{")) onProgress(JSON.parse(line) as HarnessProgress, seconds);
      else log.push(line);
    },
    endpoint.apiKey === null ? {} : { [apiKeyEnv]: endpoint.apiKey },
  );
  const stopped = await waitForChild(child, {
    seconds: scenario.harness.waitTimeoutSeconds,
    // It flushes in under 2 s.
    graceSeconds: 15,
    signal: driver.signal,
  });
  folder.write("results/pod_log_response.txt", [...log, ...child.errorLines].join("\n"));
  const { code, signal } = await child.exit;
  if (code === 0) return { status: "complete", reason: null };
  const said = child.errorLines.slice(-3).join(" ").trim();
  if (code === 3) return { status: "partial", reason: stopped ?? (said || "stopped before its end") };
  const why = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
  return { status: "failed", reason: stopped ?? `the load generator ${why}${said ? `: ${said}` : ""}` };
}
