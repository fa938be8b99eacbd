import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { runsFile, writeResults } from "../run/results.ts";
import { RunFolder } from "../run/runFolder.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
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

function runFolders(out: string): RunFolder[] {
  if (existsSync(join(out, "manifest.json")) || existsSync(join(out, "results", "requests.bin"))) {
    return [new RunFolder(out, 1)];
  }
  const list = join(out, runsFile);
  if (existsSync(list)) {
    return (JSON.parse(readFileSync(list, "utf8")) as string[]).map((path) => new RunFolder(resolve(out, path), 1));
  }
  throw new CommandError(
    `${out} is neither a run folder (with manifest.json) nor a comparison (with ${runsFile})`,
    "name a folder below results/STACK/",
    2,
  );
}
