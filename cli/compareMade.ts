import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { UnknownBaseline } from "../analysis/comparison.ts";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { namedRuns } from "../run/namedRuns.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { writeResults } from "../run/results.ts";
import { stackFolder } from "../run/runFolder.ts";
import { type NamedSystems, systemsOf } from "../run/systemsOf.ts";
import { fingerprint } from "../scenario/runId.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
import { toPlace } from "./outputFile.ts";
import { shownPath } from "./shownPath.ts";
import { TerminalDriver } from "./terminalDriver.ts";
import { validityExit } from "./validityExit.ts";

export interface CompareMadeOptions {
  readonly baseline?: string;
  readonly out?: string;
}

/**
 * `./bench compare A B ...`: runs that are there, of any number of stacks and folders, against each other. The first is the
 * baseline unless another is named.
 */
export async function compareMade(names: readonly string[], options: CompareMadeOptions): Promise<number> {
  const named = systemsOf(names.map((what) => ({ what, folders: namedRuns(what) })));
  const paths = named.folders.map(({ path }) => path);
  const baseline = options.baseline === undefined ? null : systemNamed(options.baseline, named);
  // The same question has the same folder: asked again, it is answered anew in its place.
  const hash = fingerprint([...paths, baseline ?? ""]).slice(0, 8);
  const out = resolve(options.out ?? join(stackFolder(projectRoot, ""), `compare-${hash}`));
  if (paths.includes(out))
    throw new CommandError(
      `--out names the folder of a run: ${out}`,
      "name another one, whose files may be written",
      2,
    );
  toPlace("--out", out, () => mkdirSync(out, { recursive: true }));
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  const analysis = await writeResults(named.folders, out, driver, { title: named.title, baseline }).catch(usage);
  driver.end();
  if (analysis === null) return 1;
  if (analysis.systems.length < 2)
    process.stderr.write(
      `there is one system in ${names.join(" and ")}, so there is nothing to compare it with; name a second one\n`,
    );
  process.stdout.write(`${terminalTable(analysis)}\nReport: ${shownPath(out)}/report.html\n`);
  return validityExit(analysis);
}

/** A system by its own name, or the first one of a stack or folder that was named. */
function systemNamed(baseline: string, { systems }: NamedSystems): string {
  return [...systems.values()].flat().includes(baseline) ? baseline : (systems.get(baseline)?.[0] ?? baseline);
}

/** Names of systems are known only when the runs are read: one target under two harnesses is two. */
function usage(error: Error): never {
  if (error instanceof UnknownBaseline) throw new CommandError(error.message, "./bench compare ... --baseline NAME", 2);
  throw error;
}
