import type { Analysis } from "../analysis.ts";
import { onlyStarts } from "../starts.ts";
import { comparison } from "./comparison.ts";
import { cost } from "./cost.ts";
import { onlyAlone, withTogether } from "./drawnSystems.ts";
import type { Figure } from "./figure.ts";
import { goodput } from "./goodput.ts";
import { interference } from "./interference.ts";
import { latencyAnalysis } from "./latencyAnalysis.ts";
import { latencyComparison } from "./latencyComparison.ts";
import { loadComparison } from "./loadComparison.ts";
import { overview } from "./overview.ts";
import { pareto } from "./pareto.ts";
import { pods } from "./pods.ts";
import { startTimeline } from "./startup.ts";
import { tail } from "./tail.ts";
import { throughputAnalysis } from "./throughputAnalysis.ts";
import { throughputComparison } from "./throughputComparison.ts";
import { timeline } from "./timeline.ts";

export type { DataTable, Figure } from "./figure.ts";

/** All figures of an analysis, in the order of a report; `comparison` only where there is one; none of a load where nothing was sent. Pure; never throws on missing data. */
export function figures(analysis: Analysis): Figure[] {
  const starts = startTimeline(analysis);
  const started = starts === null ? [] : [starts];
  if (onlyStarts(analysis)) return started;
  const curves = withTogether(analysis);
  const alone = onlyAlone(analysis);
  const drawn: readonly (Figure | null)[] = [
    overview(curves),
    goodput(curves),
    latencyAnalysis(curves),
    tail(curves),
    throughputAnalysis(curves),
    comparison(alone),
    throughputComparison(alone),
    latencyComparison(alone),
    loadComparison(alone),
    interference(analysis),
    pods(analysis),
    pareto(curves),
    cost(curves),
    timeline(curves),
  ];
  return [...started, ...drawn.filter((figure) => figure !== null)];
}
