import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../analysis/run.ts";
import type { HarnessPlan } from "../harness/plan.ts";
import type { HarnessProgress } from "../harness/recordFormat.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { renderPlan } from "../workloads/plan.ts";
import type { MakeRun } from "./benchmark.ts";
import { type Child, startChild } from "./childProcess.ts";
import { closeRun } from "./closeRun.ts";
import type { Driver } from "./driver.ts";
import { type Endpoint, reachExisting, startSimulator } from "./endpoint.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { workstation } from "./provenance.ts";
import { RunError } from "./runError.ts";
import type { RunFolder } from "./runFolder.ts";

const apiKeyEnv = "LLMBENCH_API_KEY";

/** How runs are made on this machine. */
export function localRuns(scenario: Scenario, apiKeys: Readonly<Record<string, string>>, driver: Driver): MakeRun {
  return (run, folder, onProgress) =>
    localRun(scenario, run, folder, apiKeys[run.target.name] ?? null, driver, onProgress);
}

/**
 * One run on this machine: engine up (or reached), generator against it, engine down, manifest. Always leaves a folder
 * with a manifest that tells how it ended; throws only on bugs.
 */
async function localRun(
  scenario: Scenario,
  run: PlannedRun,
  folder: RunFolder,
  apiKey: string | null,
  driver: Driver,
  onProgress: (progress: HarnessProgress, plan: HarnessPlan) => void,
): Promise<Manifest> {
  const startedAt = new Date();
  for (const sub of ["results", "setup/commands", "setup/yamls", "environment", "workload"]) {
    mkdirSync(join(folder.path, sub), { recursive: true });
  }
  let ending: { status: Manifest["status"]; reason: string | null };
  let endpoint: Endpoint | null = null;
  try {
    endpoint = await openEndpoint(scenario, run, folder, apiKey);
    ending = await generate(scenario, run, folder, endpoint, driver, onProgress);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
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

async function generate(
  scenario: Scenario,
  run: PlannedRun,
  folder: RunFolder,
  endpoint: Endpoint,
  driver: Driver,
  onProgress: (progress: HarnessProgress, plan: HarnessPlan) => void,
): Promise<{ status: Manifest["status"]; reason: string | null }> {
  const plan = renderPlan(
    scenario,
    run.target,
    { url: endpoint.url, servedModel: endpoint.servedModel, apiKeyEnv: endpoint.apiKey === null ? null : apiKeyEnv },
    run.repetition,
    run.runId,
  );
  const planFile = join(folder.path, "workload", "plan.json");
  folder.write("workload/plan.json", JSON.stringify(plan, null, 2));
  const args = ["--plan", planFile, "--out", folder.native, "--progress", "json", "--end-with-stdin"];
  folder.write(
    "setup/commands/harness.txt",
    `node harness/main.ts --plan workload/plan.json --out results --progress json`,
  );

  const log: string[] = [];
  const child = startChild(
    join(projectRoot, "harness", "main.ts"),
    args,
    (line) => {
      if (line.startsWith("{")) onProgress(JSON.parse(line) as HarnessProgress, plan);
      else log.push(line);
    },
    endpoint.apiKey === null ? {} : { [apiKeyEnv]: endpoint.apiKey },
  );
  const stopped = await waitFor(child, scenario.harness.waitTimeoutSeconds, driver.signal);
  folder.write("results/pod_log_response.txt", [...log, ...child.errorLines].join("\n"));
  const { code, signal } = await child.exit;
  if (code === 0) return { status: "complete", reason: null };
  const said = child.errorLines.slice(-3).join(" ").trim();
  if (code === 3) return { status: "partial", reason: stopped ?? (said || "stopped before its end") };
  const why = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
  return { status: "failed", reason: stopped ?? `the load generator ${why}${said ? `: ${said}` : ""}` };
}

/** Waits for the generator, bounded; returns why it was stopped, or null when it ended by itself. */
async function waitFor(child: Child, seconds: number, signal: AbortSignal): Promise<string | null> {
  let reason: string | null = null;
  const stop = (why: string) => {
    reason ??= why;
    child.process.kill("SIGTERM");
    // The generator flushes in under 2 s; a hung disk must not hold us for ever.
    setTimeout(() => child.process.kill("SIGKILL"), 15_000).unref();
  };
  const onAbort = () => stop("interrupted by the user");
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  const limit = setTimeout(() => stop(`harnessSettings.waitTimeoutSeconds (${seconds} s) passed`), seconds * 1000);
  try {
    await child.exit;
    return reason;
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", onAbort);
  }
}
