import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { runsOfReport } from "../run/namedRuns.ts";
import { writeResults } from "../run/results.ts";
import { readRunList, runsFile } from "../run/runList.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
import { shownPath } from "./shownPath.ts";
import { TerminalDriver } from "./terminalDriver.ts";
import { validityExit } from "./validityExit.ts";

/** `./bench report DIR`: analysis, figures and report of a run folder, or of a folder that compares several, again. */
export async function report(directory: string): Promise<number> {
  const out = resolve(directory);
  const folders = runsOfReport(out);
  if (folders === null)
    throw new CommandError(
      `${out} is neither a run folder (with manifest.json) nor a comparison (with ${runsFile})`,
      nextFor(out),
      2,
    );
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  const analysis = await writeResults(folders, out, driver, readRunList(out) ?? undefined);
  if (analysis === null) return 1;
  process.stdout.write(`${terminalTable(analysis)}\nReport: ${shownPath(out)}/report.html\n`);
  return validityExit(analysis);
}

/** A stack's folder holds runs, and comparisons of these: which of them is meant, only the user knows. */
function nextFor(folder: string): string {
  const inside = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder).sort() : [];
  const reports = inside.map((name) => join(folder, name)).filter((path) => runsOfReport(path) !== null);
  if (reports.length === 0) return "name a folder below results/STACK/";
  const [first, ...others] = reports.map((path) => shownPath(path));
  return `name one of its ${reports.length} folders, such as ${first}${others.length === 0 ? "" : ` or ${others.at(-1)}`}`;
}
