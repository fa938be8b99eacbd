import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { analyse } from "../analysis/analyse.ts";
import type { Analysis } from "../analysis/analysis.ts";
import { drawFigures } from "../analysis/figures/drawFigures.ts";
import { writeFigures } from "../analysis/figures/writeFigures.ts";
import { ImportError } from "../analysis/import/importError.ts";
import { importRun } from "../analysis/import/importRun.ts";
import { writeReport } from "../analysis/report/report.ts";
import type { Run } from "../analysis/run.ts";
import { writeData } from "../analysis/write/data.ts";
import type { Criteria } from "../scenario/criteria.ts";
import type { Driver } from "./driver.ts";
import { presentCriteria } from "./presentCriteria.ts";
import type { RunFolder } from "./runFolder.ts";
import { type RunList, writeRunList } from "./runList.ts";

export { runsFile } from "./runList.ts";

export type ResultsOptions = Partial<Omit<RunList, "folders">> & {
  /** What the runs are judged by; as their stack's file says now, when left out. */
  readonly criteria?: Criteria;
};

/**
 * Imports the runs, analyses them and writes data, figures and report into `out`. Native files are only read; what is
 * written is overwritten, so it may be called again at any time. null: not one run left anything that can be read.
 */
export async function writeResults(
  folders: readonly RunFolder[],
  out: string,
  driver: Driver,
  { title = null, baseline = null, criteria }: ResultsOptions = {},
): Promise<Analysis | null> {
  const folderOfRun = await readRuns(folders, driver);
  const runs = [...folderOfRun.keys()];
  if (runs.length === 0) return null;
  driver.say("analysing and drawing, about 5 s");
  mkdirSync(join(out, "analysis", "plots"), { recursive: true });
  if (folders.every(({ path }) => path !== out)) writeRunList(out, { folders, title, baseline });
  const stacks = [...new Set(runs.map(({ stack }) => stack))].join(", ");
  const folderOf = (run: Run) => relative(out, folderOfRun.get(run)?.path ?? out) || ".";
  const analysis = analyse(runs, {
    ...{ title: title ?? stacks, folderOf },
    ...(baseline === null ? {} : { baseline }),
    criteria: criteria ?? presentCriteria(runs, driver),
  });
  await writeData(analysis, runs, out);
  const drawn = await drawFigures(analysis);
  await writeReport(analysis, drawn, join(out, "report.html"));
  await writeFigures(drawn, join(out, "analysis", "plots"));
  return analysis;
}

async function readRuns(folders: readonly RunFolder[], driver: Driver): Promise<Map<Run, RunFolder>> {
  const runs = new Map<Run, RunFolder>();
  for (const folder of folders) {
    if (folder.state === "absent") continue;
    try {
      runs.set(named(await importRun(folder.path), folder, [...runs.keys()]), folder);
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      driver.warn(error.message);
    }
  }
  return runs;
}

/** Two folders may hold runs of one id, made of the same scenario at two places: tables and file names tell them apart. */
function named(run: Run, { system }: RunFolder, others: readonly Run[]): Run {
  if (system === null) return run;
  const twin = others.some(({ runId }) => runId === run.runId);
  return { ...run, system, runId: twin ? `${run.runId}@${system.replace(/[^\w.-]+/g, "-")}` : run.runId };
}
