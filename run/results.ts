import { mkdirSync, writeFileSync } from "node:fs";
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
import type { Driver } from "./driver.ts";
import type { RunFolder } from "./runFolder.ts";

/** In a folder that compares several runs: their folders, relative to it. `./bench report` reads it. */
export const runsFile = "runs.json";

/**
 * Imports the runs, analyses them and writes data, figures and report into `out`. Native files are only read; what is
 * written is overwritten, so it may be called again at any time. null: not one run left anything that can be read.
 */
export async function writeResults(
  folders: readonly RunFolder[],
  out: string,
  driver: Driver,
): Promise<Analysis | null> {
  const runs = await readRuns(folders, driver);
  if (runs.length === 0) return null;
  driver.say("analysing and drawing, about 3 s");
  mkdirSync(join(out, "analysis", "plots"), { recursive: true });
  if (folders.every(({ path }) => path !== out)) {
    const paths = folders.map(({ path }) => relative(out, path));
    writeFileSync(join(out, runsFile), `${JSON.stringify(paths, null, 2)}\n`);
  }
  const title = [...new Set(runs.map(({ stack }) => stack))].join(", ");
  const folderOf = ({ runId }: Run) => {
    const folder = folders.find(({ manifest }) => manifest?.runId === runId);
    return (folder && relative(out, folder.path)) || ".";
  };
  const analysis = analyse(runs, { title, folderOf });
  await writeData(analysis, runs, out);
  const drawn = await drawFigures(analysis);
  await writeReport(analysis, drawn, join(out, "report.html"));
  await writeFigures(drawn, join(out, "analysis", "plots"));
  return analysis;
}

async function readRuns(folders: readonly RunFolder[], driver: Driver): Promise<Run[]> {
  const runs: Run[] = [];
  for (const folder of folders) {
    if (folder.state === "absent") continue;
    try {
      runs.push(await importRun(folder.path));
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      driver.warn(error.message);
    }
  }
  return runs;
}
