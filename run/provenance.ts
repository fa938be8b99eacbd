import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import type { Provenance } from "../analysis/run.ts";
import type { HarnessSummary } from "../harness/recordFormat.ts";
import { assumptions } from "../scenario/assumptions.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { isSimulated, simulatorOf } from "../scenario/simulated.ts";
import { adapterOf, isForeign } from "../workloads/adapterOf.ts";
import { runSeed } from "../workloads/index.ts";
import { installedVersion } from "./installedVersion.ts";
import type { PlannedRun } from "./plannedRun.ts";
import { projectRoot } from "./projectRoot.ts";

export function provenance(
  scenario: Scenario,
  run: PlannedRun & { readonly attempt: number },
  summary: HarnessSummary | null,
  machine: Provenance["machine"],
): Provenance {
  const { target } = run;
  return {
    scenario,
    seed: runSeed(scenario, run),
    versions: { ...versions(), ...harnessVersion(scenario) },
    machine,
    harness: summary && {
      harnessVersion: summary.harnessVersion,
      node: summary.node,
      cpuModel: summary.cpuModel,
      cpuCount: summary.cpuCount,
    },
    simulation: isSimulated(target) ? { assumptions: assumptions(target), speed: simulatorOf(target).speed } : null,
  };
}

function versions(): Record<string, string> {
  const version = (path: string) =>
    (JSON.parse(readFileSync(join(projectRoot, path), "utf8")) as { version: string }).version;
  return {
    "llm-bench": version("package.json"),
    commit: gitCommit(),
    node: process.versions.node,
    "@pulumi/pulumi": version("node_modules/@pulumi/pulumi/package.json"),
    undici: version("node_modules/undici/package.json"),
  };
}

/** Of a harness that is installed here; on a cluster its image tells. */
function harnessVersion({ cluster, harness }: Scenario): Record<string, string> {
  if (cluster !== null || !isForeign(harness.name)) return {};
  return { [harness.name]: installedVersion(adapterOf(harness.name)) ?? "unknown" };
}

function gitCommit(): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: projectRoot, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return git("rev-parse", "--short=12", "HEAD") + (git("status", "--porcelain") === "" ? "" : " with local changes");
  } catch {
    return "unknown (not a git checkout)";
  }
}

/** This machine, where it is what ran engine and harness. */
export function workstation(): Record<string, string | number> {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cpus: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
  };
}
