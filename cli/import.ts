import { basename, resolve } from "node:path";
import { importable } from "../analysis/import/importRun.ts";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { importNative } from "../run/importNative.ts";
import { writeResults } from "../run/results.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
import { shownPath } from "./shownPath.ts";
import { TerminalDriver } from "./terminalDriver.ts";
import { validityExit } from "./validityExit.ts";

export interface ImportOptions {
  readonly harness: string;
  readonly as?: string;
  readonly simulated: boolean;
}

/**
 * `./bench import PATH --harness NAME`: native files that were made elsewhere become a run folder below results/, with
 * analysis and report. The files are copied and never changed.
 */
export async function importFiles(path: string, { harness, as, simulated }: ImportOptions): Promise<number> {
  if (!importable.includes(harness))
    throw new CommandError(`harness "${harness}" is not known`, `use one of: ${importable.join(", ")}`, 2);
  const name = as ?? nameOf(path);
  if (!/^[A-Za-z0-9][\w.-]{0,62}$/.test(name))
    throw new CommandError(`"${name}" is no name for a folder of results`, "give letters, digits, - and . by --as", 2);
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  driver.status(`reading the files of ${harness}`);
  const folder = await importNative({ path: resolve(path), harness, as: name, simulated });
  const analysis = await writeResults([folder], folder.path, driver);
  driver.end();
  if (analysis === null) return 1;
  const where = shownPath(folder.path);
  process.stdout.write(`${terminalTable(analysis)}\nRun folder: ${where}\nReport: ${where}/report.html\n`);
  return validityExit(analysis);
}

function nameOf(path: string): string {
  const name = basename(resolve(path)).replace(/\.(json|jsonl|ya?ml|csv)$/, "");
  return `imported-${name.toLowerCase().replace(/[^a-z0-9.-]+/g, "-")}`.slice(0, 63);
}
