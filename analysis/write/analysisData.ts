import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Analysis } from "../analysis.ts";
import { stagesCsv } from "./stagesCsv.ts";
import { statsText } from "./statsText.ts";

/** Writes stats.txt, stats.json and stages.csv into `folder` (analysis/data of a result); returns their paths. */
export async function writeAnalysisData(analysis: Analysis, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: [name: string, text: string][] = [
    ["stats.txt", statsText(analysis)],
    ["stats.json", `${JSON.stringify(analysis, null, 2)}\n`],
    ["stages.csv", stagesCsv(analysis)],
  ];
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)));
  return files.map(([name]) => join(folder, name));
}
