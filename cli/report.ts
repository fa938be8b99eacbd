import { relative, resolve } from "node:path";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { runsOfReport } from "../run/namedRuns.ts";
import { writeResults } from "../run/results.ts";
import { readRunList, runsFile } from "../run/runList.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
import { TerminalDriver } from "./terminalDriver.ts";
import { validityExit } from "./validityExit.ts";

/** `./bench report DIR`: analysis, figures and report of a run folder, or of a folder that compares several, again. */
export async function report(directory: string): Promise<number> {
  const out = resolve(directory);
  const folders = runsOfReport(out);
  if (folders === null)
    throw new CommandError(
      `${out} is neither a run folder (with manifest.json) nor a comparison (with ${runsFile})`,
      "name a folder below results/STACK/",
      2,
    );
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  const analysis = await writeResults(folders, out, driver, readRunList(out) ?? undefined);
  if (analysis === null) return 1;
  process.stdout.write(`${terminalTable(analysis)}\nReport: ${relative(process.cwd(), out)}/report.html\n`);
  return validityExit(analysis);
}
