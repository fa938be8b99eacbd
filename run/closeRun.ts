import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, relative } from "node:path";
import { answeredBySimulator } from "../analysis/import/answeredBySimulator.ts";
import type { Manifest, Provenance } from "../analysis/run.ts";
import type { HarnessSummary } from "../harness/recordFormat.ts";
import { readsStartup } from "../scenario/harnesses.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { isSimulated } from "../scenario/simulated.ts";
import { findFile } from "../workloads/profileFile.ts";
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
    ...(run.group === null ? {} : { loadedWith: run.loadedWith, group: run.group }),
    attempt: folder.attempt,
    harness: scenario.harness.name,
    // An engine may be a simulator that nobody declared; the load generator asked it what it is.
    simulated: isSimulated(run.target) || (await answeredBySimulator(folder.native)) !== null,
    job,
    status,
    reason,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    provenance: provenance(
      scenario,
      { ...run, attempt: folder.attempt },
      scenario.harness.name === "llmbench" ? readSummary(folder) : null,
      machine,
    ),
    files: await checksums(folder),
  };
  copyProfile(scenario, folder);
  const versions = Object.entries(manifest.provenance.versions).map(([name, version]) => `${name}=${version}`);
  folder.write("environment/variables", versions.join("\n"));
  folder.writeManifest(manifest);
  return manifest;
}

/** The profile as it lies in its file: what ran has the overrides in it, and tokens replaced. */
function copyProfile(scenario: Scenario, folder: RunFolder): void {
  const { name } = scenario.harness;
  if (readsStartup(name)) return;
  const found = findFile({ harness: name, profile: scenario.workload.profile, file: `Pulumi.${scenario.stack}.yaml` });
  const source = isAbsolute(found) ? found : join(projectRoot, found);
  const target = join(folder.path, "workload", "profiles", name, basename(source));
  mkdirSync(join(target, ".."), { recursive: true });
  copyFileSync(source, target);
}

/** null: the load generator did not come to writing it. */
export function readSummary(folder: RunFolder): HarnessSummary | null {
  const file = join(folder.native, "summary.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as HarnessSummary) : null;
}

export async function checksums(folder: RunFolder): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  const entries = existsSync(folder.native) ? readdirSync(folder.native, { recursive: true, withFileTypes: true }) : [];
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.sort()) {
    const name = relative(folder.native, file).replaceAll("\\", "/");
    sums[`results/${name}`] = await sha256(file);
  }
  return sums;
}
