import { relative, resolve } from "node:path";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { writeResults } from "../run/results.ts";
import { interruptController } from "./interrupt.ts";
import { runFolders } from "./runFolders.ts";
import { TerminalDriver } from "./terminalDriver.ts";

/** `./bench report DIR`: analysis, figures and report of a run folder, or of a folder that compares several, again. */
export async function report(directory: string): Promise<number> {
  const out = resolve(directory);
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  const analysis = await writeResults(runFolders(out), out, driver);
  if (analysis === null) return 1;
  process.stdout.write(`${terminalTable(analysis)}\nReport: ${relative(process.cwd(), out)}/report.html\n`);
  return 0;
}
