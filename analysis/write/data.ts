import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Analysis } from "../analysis.ts";
import { figures } from "../figures/figures.ts";
import type { Run } from "../run.ts";
import { namedStarts, onlyStarts } from "../starts.ts";
import { writeBenchmarkReports } from "./benchmarkReportFiles.ts";
import { type ReadmeLinks, readmeText } from "./readme.ts";
import { writeRequestsCsv } from "./requestsCsv.ts";
import { stagesCsv } from "./stagesCsv.ts";
import { startupJson, startupText } from "./startup.ts";
import { statsText } from "./statsText.ts";

/**
 * Writes all that is text into the folder of a result, and returns the paths below it:
 *
 *   README.md                    verdict, table, figures
 *   results/requests.csv         one row per request of all runs
 *   results/stages.csv           one row per system, stage and repetition
 *   analysis/data/stats.txt      every number, in tables with units and definitions
 *   analysis/data/stats.json     the same as data: type `Analysis`
 *   analysis/data/benchmark_report_v0.2.1,_*.yaml   one Benchmark Report per run and stage
 *   analysis/data/startup.json, categories.txt   how the engine started, where harness nop looked; of several, with their names
 *   analysis/plots/README.md     the figures, for those who browse that folder
 */
export async function writeData(analysis: Analysis, runs: readonly Run[], folder: string): Promise<string[]> {
  for (const sub of ["results", "analysis/data", "analysis/plots"]) await mkdir(join(folder, sub), { recursive: true });
  const files: [path: string, text: string][] = [
    ["README.md", readmeText(analysis, linksFrom(analysis, ""))],
    ["results/stages.csv", stagesCsv(analysis)],
    ["analysis/data/stats.txt", statsText(analysis)],
    ["analysis/data/stats.json", `${JSON.stringify(analysis, null, 2)}\n`],
    ["analysis/plots/README.md", readmeText(analysis, linksFrom(analysis, "../../"))],
    ...startFiles(analysis),
  ];
  for (const [path, text] of files) await writeFile(join(folder, path), text);
  await writeRequestsCsv(runs, join(folder, "results", "requests.csv"));
  const reports = await writeBenchmarkReports(runs, folder);
  return [...files.map(([path]) => path), "results/requests.csv", ...reports];
}

/** @param up from the README to the folder of the result */
function linksFrom(analysis: Analysis, up: string): ReadmeLinks {
  const plots = up === "" ? "analysis/plots/" : "";
  return {
    images: figures(analysis).map(({ name, title }) => ({ file: `${plots}${name}.png`, title })),
    files: [
      { file: `${up}report.html`, title: "report.html: the whole report in one file, no network needed" },
      { file: `${up}analysis/data/stats.txt`, title: "stats.txt: every number with its unit and definition" },
      { file: `${up}analysis/data/stats.json`, title: "stats.json: the same as data" },
      {
        file: `${up}analysis/data/`,
        title: "analysis/data/: one Benchmark Report 0.2.1 (benchmark_report_v0.2.1,_*.yaml) per run and stage",
      },
      ...(onlyStarts(analysis)
        ? []
        : [
            { file: `${up}results/stages.csv`, title: "stages.csv: one row per stage and repetition" },
            { file: `${up}results/requests.csv`, title: "requests.csv: one row per request" },
          ]),
      ...startFiles(analysis).map(([path]) => ({
        file: `${up}${path}`,
        title: `${basename(path)}: how the engine started, ${path.endsWith(".json") ? "as data" : "phase by phase"}`,
      })),
    ],
  };
}

/** startup.json and categories.txt; of several starts each has its system's name in front. */
function startFiles(analysis: Analysis): [path: string, text: string][] {
  const starts = namedStarts(analysis);
  return starts.flatMap(({ name, startup }): [string, string][] => {
    const prefix = starts.length === 1 ? "" : `${name.replace(/[^A-Za-z0-9._-]+/g, "-")}-`;
    return [
      [`analysis/data/${prefix}startup.json`, startupJson(startup)],
      [`analysis/data/${prefix}categories.txt`, startupText(startup)],
    ];
  });
}
