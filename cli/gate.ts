import { appendFileSync } from "node:fs";
import { resolve } from "node:path";
import { gate as decide, type Gate, type GateSide, gateExitCodes } from "../analysis/gate/gate.ts";
import { gateText, nextHeading } from "../analysis/gate/gateText.ts";
import { junitXml } from "../analysis/gate/junit.ts";
import { markdownSummary } from "../analysis/gate/markdownSummary.ts";
import { damaged } from "../analysis/gate/unreadable.ts";
import { historyEntries } from "../analysis/history/entry.ts";
import { appendEntries } from "../analysis/history/historyFile.ts";
import { ImportError } from "../analysis/import/importError.ts";
import { namedRuns } from "../run/namedRuns.ts";
import type { RunFolder } from "../run/runFolder.ts";
import { CommandError } from "./commandError.ts";
import { commitUnderTest } from "./commitUnderTest.ts";
import { confirmation, stackOf } from "./confirmation.ts";
import { toPlace, writeOutput } from "./outputFile.ts";
import { readSide } from "./readSide.ts";
import { USAGE_OF_GATE } from "./usageExit.ts";

export interface GateOptions {
  readonly baseline: string;
  readonly new: string;
  readonly junit?: string;
  readonly summary?: string;
  readonly history?: string;
}

/** `./bench gate --baseline A --new B`: has it become worse? Reads what is there and starts nothing. */
export async function gate(options: GateOptions): Promise<number> {
  const [baselineFolders, newFolders] = [namedRuns(options.baseline), namedRuns(options.new)];
  refuseSameRuns(baselineFolders, newFolders);
  const result = await gateOf(options, baselineFolders, newFolders);
  const next = confirmation(result.gate, options, stackOf(newFolders));
  process.stdout.write(gateText(result.gate));
  if (next.length > 0)
    process.stdout.write(`\n${nextHeading(result.gate)}:\n${next.map((line) => `  ${line}\n`).join("")}`);
  if (options.junit !== undefined) writeOutput("--junit", options.junit, junitXml(result.gate));
  writeSummary(options.summary, markdownSummary(result.gate, next));
  const { history } = options;
  if (history !== undefined && result.candidate !== null) {
    const verdictOf = (name: string) => result.gate.systems.find((system) => system.name === name)?.verdict ?? null;
    const entries = historyEntries(result.candidate, { commit: commitUnderTest(), verdictOf });
    toPlace("--history", history, () => appendEntries(history, entries));
  }
  return gateExitCodes[result.gate.verdict];
}

interface Gated {
  readonly gate: Gate;
  /** null: its files cannot be read. */
  readonly candidate: GateSide | null;
}

/** A run that cannot be read is an invalid one, not a mistake of whoever typed the command. */
async function gateOf(
  { baseline, new: candidate }: GateOptions,
  baselineFolders: readonly RunFolder[],
  newFolders: readonly RunFolder[],
): Promise<Gated> {
  try {
    const mine = await readSide(candidate, newFolders);
    const theirs = await readSide(baseline, baselineFolders, mine.analysis.criteria);
    return { gate: decide(theirs, mine), candidate: mine };
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return { gate: damaged(baseline, candidate, error.message), candidate: null };
  }
}

/** The same files on both sides are always the same: that gate would be green whatever happened. */
function refuseSameRuns(baseline: readonly RunFolder[], candidate: readonly RunFolder[]): void {
  const paths = new Set(baseline.map(({ path }) => resolve(path)));
  const twice = candidate.find(({ path }) => paths.has(resolve(path)));
  if (twice === undefined) return;
  throw new CommandError(
    `${twice.path} is on both sides of the gate`,
    "keep a copy of the baseline's results, and name that: docs/ci.md",
    USAGE_OF_GATE,
  );
}

/** GitHub collects what the steps of a job append to this file. */
function writeSummary(file: string | undefined, text: string): void {
  const { GITHUB_STEP_SUMMARY: github } = process.env;
  if (file !== undefined) writeOutput("--summary", file, text);
  else if (github) toPlace("the summary of $GITHUB_STEP_SUMMARY", github, () => appendFileSync(github, text));
}
