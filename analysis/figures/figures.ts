import type { Analysis } from "../analysis.ts";
import { comparison } from "./comparison.ts";
import type { Figure } from "./figure.ts";
import { latencyAnalysis } from "./latencyAnalysis.ts";
import { overview } from "./overview.ts";
import { throughputAnalysis } from "./throughputAnalysis.ts";

export type { DataTable, Figure } from "./figure.ts";

/** All figures of an analysis, in the order of a report; `comparison` only where there is one. Pure; never throws on missing data. */
export function figures(analysis: Analysis): Figure[] {
  const compared = comparison(analysis);
  return [
    overview(analysis),
    latencyAnalysis(analysis),
    throughputAnalysis(analysis),
    ...(compared === null ? [] : [compared]),
  ];
}
