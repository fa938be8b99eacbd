import { accessSync, constants } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { plannedRuns } from "../run/plannedRun.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { stackNames } from "../run/stackFiles.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { backendEnvironment } from "./backend.ts";
import { clusterFindings } from "./doctorCluster.ts";
import { loadScenario } from "./loadScenario.ts";
import { has, hasLanguageHost, installedCommand, pinnedVersion } from "./pulumiCli.ts";

export interface Finding {
  /** note: something works, or some stacks do, without it. */
  readonly state: "ok" | "note" | "missing";
  readonly what: string;
  readonly next?: string;
}

/** `./bench doctor`: what is installed, what is missing, what to do; exit code 1 when something needed is missing. */
export async function doctor(): Promise<number> {
  const { scenarios, findings: stackFindings } = stacks();
  const base = [node(), ...(await pulumi()), backend(), machine(), writable()];
  const findings = [...base, ...(await clusterFindings(scenarios)), ...stackFindings];
  for (const { state, what, next } of findings) {
    process.stdout.write(
      `${{ ok: "ok     ", note: "note   ", missing: "MISSING" }[state]}  ${what}\n${next ? `         -> ${next}\n` : ""}`,
    );
  }
  return findings.some(({ state }) => state === "missing") ? 1 : 0;
}

function node(): Finding {
  return { state: "ok", what: `Node ${process.versions.node} (${process.execPath})` };
}

async function pulumi(): Promise<Finding[]> {
  const command = await installedCommand();
  if (command === null) {
    const how = has("go")
      ? "the first command that needs it downloads it, or builds it with Go (about 3 minutes)"
      : null;
    return [
      how === null
        ? {
            state: "missing",
            what: `Pulumi CLI ${pinnedVersion()}`,
            next: "./bench up local downloads it; on a closed network install Go 1.26 first",
          }
        : { state: "note", what: `Pulumi CLI ${pinnedVersion()} is not installed yet`, next: how },
    ];
  }
  const host: Finding = hasLanguageHost(command)
    ? { state: "ok", what: "pulumi-language-nodejs: a plain `pulumi up` works too (./bench env)" }
    : {
        state: "note",
        what: "no pulumi-language-nodejs: ./bench works, a plain `pulumi up` does not",
        next: "install Pulumi the ordinary way if you want it",
      };
  return [{ state: "ok", what: `Pulumi CLI ${command.version} (${command.command})` }, host];
}

function backend(): Finding {
  const url =
    backendEnvironment().PULUMI_BACKEND_URL ?? process.env.PULUMI_BACKEND_URL ?? "the one you are logged in to";
  return { state: "ok", what: `state: ${url}` };
}

function machine(): Finding {
  const what = `${cpus().length} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  return cpus().length >= 2
    ? { state: "ok", what }
    : { state: "note", what, next: "simulator and load generator share one CPU: expect warnings about the client" };
}

function writable(): Finding {
  try {
    accessSync(projectRoot, constants.W_OK);
    return { state: "ok", what: `results go to ${process.env.LLMBENCH_RESULTS ?? join(projectRoot, "results")}` };
  } catch {
    return {
      state: "missing",
      what: `${projectRoot} is not writable`,
      next: "clone into a folder of your own, or set LLMBENCH_RESULTS",
    };
  }
}

function stacks(): { scenarios: Scenario[]; findings: Finding[] } {
  const scenarios: Scenario[] = [];
  const findings = stackNames().map((name): Finding => {
    try {
      const scenario = loadScenario(name, "warn");
      plannedRuns(scenario);
      scenarios.push(scenario);
      const [missing] = scenario.warnings;
      if (missing === undefined) return { state: "ok", what: `stack ${name}` };
      // "FILE: KEY is missing: why. Allowed: ... Next step": the first two say enough here.
      const what = `stack ${name}: ${missing.split(": ")[1]}`;
      return { state: "note", what, next: `up needs it; ./bench preview ${name} says what it is for` };
    } catch (error) {
      return { state: "note", what: `stack ${name}: ${error instanceof Error ? error.message : error}` };
    }
  });
  return { scenarios, findings };
}
