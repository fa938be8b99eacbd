import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answeredBySimulator } from "../analysis/import/answeredBySimulator.ts";
import type { Manifest, Provenance } from "../analysis/run.ts";
import type { HarnessSummary } from "../harness/recordFormat.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";
import { provenance } from "./provenance.ts";
import { type RunFolder, sha256 } from "./runFolder.ts";

/** How a run ended, and where it was made. */
export interface RunEnding {
  readonly status: Manifest["status"];
  readonly reason: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly machine: Provenance["machine"];
  /** Job that made it; null where there was none. */
  readonly job: string | null;
}

/** Writes what is left to write beside the native files, the manifest last: its presence says that the folder is whole. */
export async function closeRun(
  scenario: Scenario,
  run: PlannedRun,
  folder: RunFolder,
  ending: RunEnding,
): Promise<Manifest> {
  const { status, reason, startedAt, endedAt, machine, job } = ending;
  const manifest: Manifest = {
    formatVersion: 1,
    runId: run.runId,
    stack: scenario.stack,
    scenarioName: scenario.name,
    target: run.target.name,
    repetition: run.repetition,
    attempt: folder.attempt,
    harness: scenario.harness.name,
    // An engine may be a simulator that nobody declared; the load generator asked it what it is.
    simulated: run.target.method === "simulated" || (await answeredBySimulator(folder.native)) !== null,
    job,
    status,
    reason,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    provenance: provenance(scenario, run, readSummary(folder), machine),
    files: await checksums(folder),
  };
  copyProfile(scenario, folder);
  const versions = Object.entries(manifest.provenance.versions).map(([name, version]) => `${name}=${version}`);
  folder.write("environment/variables", versions.join("\n"));
  folder.writeManifest(manifest);
  return manifest;
}

function copyProfile(scenario: Scenario, folder: RunFolder): void {
  const relative = `profiles/${scenario.harness.name}/${scenario.workload.profile}.yaml`;
  const source = join(projectRoot, "workloads", relative);
  const target = join(folder.path, "workload", relative);
  mkdirSync(join(target, ".."), { recursive: true });
  if (existsSync(source)) copyFileSync(source, target);
}

/** null: the load generator did not come to writing it. */
export function readSummary(folder: RunFolder): HarnessSummary | null {
  const file = join(folder.native, "summary.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as HarnessSummary) : null;
}

async function checksums(folder: RunFolder): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  const names = existsSync(folder.native) ? readdirSync(folder.native).sort() : [];
  for (const name of names) sums[`results/${name}`] = await sha256(join(folder.native, name));
  return sums;
}
