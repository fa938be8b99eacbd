import type { Analysis } from "../analysis.ts";
import { onlyStarts } from "../starts.ts";
import { comparison } from "./comparison.ts";
import type { Figure } from "./figure.ts";
import { latencyAnalysis } from "./latencyAnalysis.ts";
import { overview } from "./overview.ts";
import { startTimeline } from "./startup.ts";
import { throughputAnalysis } from "./throughputAnalysis.ts";

export type { DataTable, Figure } from "./figure.ts";

/** All figures of an analysis, in the order of a report; `comparison` only where there is one; none of a load where nothing was sent. Pure; never throws on missing data. */
export function figures(analysis: Analysis): Figure[] {
  const timeline = startTimeline(analysis);
  const started = timeline === null ? [] : [timeline];
  if (onlyStarts(analysis)) return started;
  const compared = comparison(analysis);
  return [
    ...started,
    overview(analysis),
    latencyAnalysis(analysis),
    throughputAnalysis(analysis),
    ...(compared === null ? [] : [compared]),
  ];
}
