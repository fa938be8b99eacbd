import type { ComparisonCriteria } from "../scenario/criteria.ts";
import type { Comparison, ComparisonRow, Difference, SystemAnalysis } from "./analysis.ts";
import { type Metric, metricsFor } from "./comparison/comparedMetrics.ts";
import { type Evidence, evidence, judge } from "./comparison/judge.ts";
import { compareLargestLoads } from "./comparison/largestLoads.ts";
import { type Absence, leftOutNotes } from "./comparison/leftOut.ts";
import { matchedLoads, reasonUnknown, type Sides, sidesAt, sidesOverall } from "./comparison/matchedLoads.ts";
import { comparisonHeadline } from "./headline.ts";
import { sentenceStamp } from "./sentenceStamp.ts";
import { holm } from "./statistics.ts";
import { unknownModel } from "./systemIdentity.ts";

export { comparedMetrics } from "./comparison/comparedMetrics.ts";

export interface CompareOptions {
  /** Name of a system; the first one when left out. */
  readonly baseline?: string | undefined;
  readonly criteria: ComparisonCriteria;
  readonly differences: readonly Difference[];
}

export class UnknownBaseline extends Error {
  override readonly name = "UnknownBaseline";

  constructor(baseline: string, systems: readonly string[]) {
    const names = systems.map((name) => `"${name}"`).join(", ");
    super(`baseline "${baseline}" is no system of this analysis, allowed: ${names}; name one of these`);
  }
}

/**
 * Every other system against the baseline, metric by metric, at the loads that both have. Null without two systems.
 */
export function compare(
  systems: readonly SystemAnalysis[],
  { baseline, criteria, differences }: CompareOptions,
): Comparison | null {
  if (systems.length < 2) return null;
  const base = baseline === undefined ? systems[0]! : systems.find(({ name }) => name === baseline);
  if (base === undefined) {
    throw new UnknownBaseline(
      String(baseline),
      systems.map(({ name }) => name),
    );
  }
  const { primary } = criteria;
  const candidates = systems.filter((system) => system !== base);
  const pairs = candidates.map((candidate) => ({ candidate, ...weigh(candidate, base, metricsFor(criteria)) }));
  const rows = pairs.flatMap(({ candidate, weighed }) => judged(candidate.name, weighed, primary));
  const largestLoads = compareLargestLoads(candidates, base);
  // By name: two versions of one harness are told by the warnings.
  const harnesses = new Set(systems.flatMap(({ harness }) => harness?.split(" ")[0] ?? [])).size;
  const models = [...new Set(systems.map(({ model }) => model).filter((model) => model !== unknownModel))];
  const stamp = sentenceStamp(systems);
  return {
    baseline: base.name,
    primary,
    differences,
    rows,
    leftOut: leftOutNotes(pairs.map(({ candidate, absences }) => ({ candidate: candidate.name, absences }))),
    largestLoads,
    headline: comparisonHeadline(rows, { baseline: base.name, primary, largestLoads, stamp, harnesses, models }),
  };
}

/** One system against another by these metrics, the first of which is `primary`; what neither has is no row. */
export function comparedRows(
  candidate: SystemAnalysis,
  base: SystemAnalysis,
  metrics: readonly Metric[],
  primary: ComparisonRow["metric"],
): { readonly rows: readonly ComparisonRow[]; readonly leftOut: readonly string[] } {
  const { weighed, absences } = weigh(candidate, base, metrics);
  return {
    rows: judged(candidate.name, weighed, primary),
    leftOut: leftOutNotes([{ candidate: candidate.name, absences }]),
  };
}

interface Weighed {
  readonly weighed: readonly Evidence[];
  readonly absences: readonly Absence[];
}

/**
 * The row over all matched loads, then one per load, of each metric. What neither side has is no row; only the primary metric
 * over all loads always is one, since the verdict in a sentence rests on it.
 */
function weigh(candidate: SystemAnalysis, base: SystemAnalysis, metrics: readonly Metric[]): Weighed {
  const loads = matchedLoads(candidate, base);
  if (loads.length === 0) {
    const unknown = `no load in common with ${base.name}`;
    return { weighed: [evidence(metrics[0]!, null, { mine: [], theirs: [] }, unknown)], absences: [] };
  }
  const weighed: Evidence[] = [];
  const absences: Absence[] = [];
  for (const metric of metrics) {
    const single = loads.map((match) => ({
      load: match.load,
      sides: sidesAt(match, metric),
      reason: reasonUnknown(match, metric),
    }));
    const absent = single.filter(({ sides }) => isEmpty(sides));
    absences.push(...absent.map(({ load, reason }) => ({ metric, load, reason })));
    const nowhere = absent.length === loads.length;
    if (nowhere) absences.push({ metric, load: null, reason: absent[0]!.reason });
    if (!nowhere || metric === metrics[0]) {
      const unknown = nowhere
        ? `${metric.label} is unknown at every matched load: ${absent[0]!.reason}`
        : `${metric.label} is known of both at no matched load`;
      weighed.push(evidence(metric, null, sidesOverall(loads, metric), unknown));
    }
    for (const { load, sides, reason } of single)
      if (!isEmpty(sides)) weighed.push(evidence(metric, load, sides, `${metric.label} is unknown: ${reason}`));
  }
  return { weighed, absences };
}

function isEmpty({ mine, theirs }: Sides): boolean {
  return mine.length === 0 && theirs.length === 0;
}

/** The primary metric over all loads was fixed in advance and is looked at once; all other rows together are many looks. */
function judged(candidate: string, weighed: readonly Evidence[], primary: ComparisonRow["metric"]): ComparisonRow[] {
  const isPrimary = ({ metric, load }: Evidence) => metric.key === primary && load === null;
  const others = weighed.filter((row) => !isPrimary(row) && row.interval !== null);
  const adjusted = new Map(
    holm(others.map(({ interval }) => interval!.p)).map((p, index) => [others[index] as Evidence, p]),
  );
  return weighed.map((row) => judge(candidate, row, adjusted.get(row) ?? null, others.length));
}
