import type { Analysis } from "../analysis.ts";
import type { Run } from "../run.ts";
import { bencher } from "./bencher.ts";
import { benchmarkReportFiles } from "./benchmarkReportFiles.ts";
import { githubActionBenchmark } from "./githubActionBenchmark.ts";
import { requestsCsv } from "./requestsCsv.ts";
import { stagesCsv } from "./stagesCsv.ts";

export const exportFormats = ["benchmark-report", "csv", "json", "github-action-benchmark", "bencher"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

/** More rows than this make no text that a program could hold; the file in the results is written piece by piece. */
const MOST_ROWS = 2_000_000;

/**
 * The results in a format of others, as files in memory.
 * @throws Error with one clear sentence: an unknown format, or more request rows than fit into a text
 */
export function exportAs(format: string, runs: readonly Run[], analysis: Analysis): ExportedFile[] {
  switch (format as ExportFormat) {
    case "benchmark-report":
      return [...benchmarkReportFiles(runs)];
    case "csv":
      return [
        { name: "stages.csv", text: stagesCsv(analysis) },
        { name: "requests.csv", text: allRows(runs) },
      ];
    case "json":
      return [{ name: "stats.json", text: json(analysis) }];
    case "github-action-benchmark":
      return Object.entries(githubActionBenchmark(analysis)).map(([tool, entries]) => ({
        name: `${tool}.json`,
        text: json(entries),
      }));
    case "bencher":
      return [{ name: "bencher.json", text: json(bencher(analysis)) }];
    default:
      throw new Error(`format "${format}" is not known; allowed: ${exportFormats.join(", ")}`);
  }
}

/** More requests than one string of Node's can hold as text. */
export class TooManyRows extends Error {
  override readonly name = "TooManyRows";

  constructor(rows: number) {
    super(`${rows} request rows are too many for one text; at most ${MOST_ROWS}`);
  }
}

function allRows(runs: readonly Run[]): string {
  const rows = runs.reduce((sum, { requests }) => sum + (requests?.length ?? 0), 0);
  if (rows > MOST_ROWS) {
    throw new TooManyRows(rows);
  }
  return [...requestsCsv(runs)].join("");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
