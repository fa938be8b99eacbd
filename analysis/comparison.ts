import type { ComparisonCriteria } from "../scenario/criteria.ts";
import type {
  ComparedMetric,
  Comparison,
  ComparisonRow,
  Difference,
  Measured,
  StageMetrics,
  SystemAnalysis,
  Verdict,
} from "./analysis.ts";
import { comparisonHeadline } from "./headline.ts";
import { geometricMean, ratioInterval, repetitionsNeeded } from "./statistics.ts";

interface Metric {
  readonly key: ComparedMetric;
  readonly label: string;
  readonly higherIsBetter: boolean;
  /** The smallest change that matters in practice. */
  readonly margin: number;
  readonly of: (metrics: StageMetrics) => Measured;
}

/** The first is the primary one: the verdict in a sentence rests on it alone, so that nobody picks the luckiest of five. */
export const comparedMetrics: readonly [Metric, ...Metric[]] = [
  {
    key: "outputTokensPerSecond",
    label: "output tokens/s",
    higherIsBetter: true,
    margin: 0.05,
    of: (metrics) => metrics.outputTokensPerSecond,
  },
  {
    key: "requestsPerSecond",
    label: "requests/s",
    higherIsBetter: true,
    margin: 0.05,
    of: (metrics) => metrics.requestsPerSecond,
  },
  { key: "ttftP50Ms", label: "TTFT p50", higherIsBetter: false, margin: 0.1, of: (metrics) => metrics.ttftMs.p50 },
  { key: "ttftP95Ms", label: "TTFT p95", higherIsBetter: false, margin: 0.1, of: (metrics) => metrics.ttftMs.p95 },
  { key: "tpotP50Ms", label: "TPOT p50", higherIsBetter: false, margin: 0.1, of: (metrics) => metrics.tpotMs.p50 },
  { key: "tpotP95Ms", label: "TPOT p95", higherIsBetter: false, margin: 0.1, of: (metrics) => metrics.tpotMs.p95 },
  { key: "e2eP50Ms", label: "E2E p50", higherIsBetter: false, margin: 0.1, of: (metrics) => metrics.e2eMs.p50 },
  { key: "e2eP95Ms", label: "E2E p95", higherIsBetter: false, margin: 0.1, of: (metrics) => metrics.e2eMs.p95 },
];

export interface CompareOptions {
  /** Name of a system; the first one when left out. */
  readonly baseline?: string | undefined;
  readonly criteria: ComparisonCriteria;
  readonly differences: readonly Difference[];
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
    const names = systems.map(({ name }) => `"${name}"`).join(", ");
    throw new Error(`baseline "${baseline}" is no system of this analysis, allowed: ${names}; name one of these`);
  }
  const rows = systems
    .filter((system) => system !== base)
    .flatMap((candidate) => comparedMetrics.flatMap((metric) => metricRows(candidate, base, metric)));
  const simulated = systems.some((system) => system.simulated);
  // By name: two versions of one harness are told by the warnings.
  const harnesses = new Set(systems.flatMap(({ harness }) => harness?.split(" ")[0] ?? [])).size;
  const headline = comparisonHeadline(rows, base.name, { simulated, harnesses });
  return { baseline: base.name, primary: criteria.primary, differences, rows, headline };
}

/** The row over all matched loads, then one per load. */
function metricRows(candidate: SystemAnalysis, base: SystemAnalysis, metric: Metric): ComparisonRow[] {
  const loads = matchedLoads(candidate, base);
  const common = { candidate: candidate.name, metric: metric.key, margin: metric.margin };
  const perLoad = loads.map(({ load, mine, theirs }) => ({
    load,
    mine: valuesOf(mine, metric),
    theirs: valuesOf(theirs, metric),
  }));
  const known = perLoad.filter(({ mine, theirs }) => mine.some(isNumber) && theirs.some(isNumber));
  const all = {
    mine: acrossLoads(known.map(({ mine }) => mine)),
    theirs: acrossLoads(known.map(({ theirs }) => theirs)),
  };
  const overall =
    loads.length === 0 ? `no load in common with ${base.name}` : `${metric.label} is unknown at every matched load`;
  return [
    { ...common, load: null, ...judge(all.mine, all.theirs, metric, overall) },
    ...perLoad.map(({ load, mine, theirs }) => ({
      ...common,
      load,
      ...judge(mine.filter(isNumber), theirs.filter(isNumber), metric, unknownReason(loads, load, metric)),
    })),
  ];
}

interface MatchedLoad {
  readonly load: number;
  readonly mine: readonly StageMetrics[];
  readonly theirs: readonly StageMetrics[];
}

/** Only equal loads of the same kind are compared: anything else compares the loads, not the systems. */
function matchedLoads(candidate: SystemAnalysis, base: SystemAnalysis): MatchedLoad[] {
  const left = [...base.stages];
  return candidate.stages.flatMap(({ loadType, load, repetitions }) => {
    const at = left.findIndex((stage) => stage.loadType === loadType && stage.load === load);
    if (at < 0) return [];
    const [match] = left.splice(at, 1);
    return [{ load, mine: repetitions, theirs: match!.repetitions }];
  });
}

function valuesOf(repetitions: readonly StageMetrics[], metric: Metric): (number | null)[] {
  // A rate of 0 has no logarithm: it is a system that did nothing, which the failure rate tells.
  return repetitions
    .map((metrics) => metric.of(metrics).value)
    .map((value) => (value !== null && value > 0 ? value : null));
}

/** Geometric mean over the loads, per repetition; a repetition that lacks one of the loads is left out. */
function acrossLoads(loads: readonly (readonly (number | null)[])[]): number[] {
  const repetitions = Math.min(...loads.map((values) => values.length));
  if (!Number.isFinite(repetitions)) return [];
  return Array.from({ length: repetitions }, (_, i) => loads.map((values) => values[i] ?? null))
    .filter((values): values is number[] => values.every(isNumber))
    .map(geometricMean);
}

function unknownReason(loads: readonly MatchedLoad[], load: number, metric: Metric): string {
  const match = loads.find((candidate) => candidate.load === load);
  for (const metrics of [...(match?.mine ?? []), ...(match?.theirs ?? [])]) {
    const measured = metric.of(metrics);
    if (measured.value === null) return `${metric.label} is unknown: ${measured.reason}`;
  }
  return `${metric.label} is unknown: the stage did not run`;
}

type Judgement = Omit<ComparisonRow, "candidate" | "metric" | "load" | "margin">;

function judge(mine: readonly number[], theirs: readonly number[], metric: Metric, unknown: string): Judgement {
  const repetitions = [mine.length, theirs.length] as const;
  const none: Measured = { value: null, reason: "needs two repetitions a side" };
  const untested = { smallestDetectable: none, p: none, mannWhitneyP: none };
  if (mine.length === 0 || theirs.length === 0) {
    return {
      ratio: { value: null, reason: unknown },
      interval: null,
      repetitions,
      verdict: "inconclusive",
      ...untested,
      reason: unknown,
    };
  }
  const ratio = { value: geometricMean(mine) / geometricMean(theirs) };
  const interval = ratioInterval(mine, theirs);
  if (interval === null) {
    const counted =
      mine.length === 1 && theirs.length === 1
        ? "one repetition each"
        : `repetitions ${mine.length} and ${theirs.length}`;
    return {
      ratio,
      interval: null,
      repetitions,
      verdict: "inconclusive",
      ...untested,
      reason: `${counted}, no interval`,
    };
  }
  const { low, high, factor } = interval;
  const verdict = verdictOf(low, high, metric);
  const resolution = `smallest change these repetitions can show: ${percent(factor)}`;
  const reason = `${words(verdict, low, high, metric)}; ${resolution}`;
  const more = verdict === "inconclusive" ? `; ${remedy(mine, theirs, ratio.value, metric)}` : "";
  return { ratio, interval: { low, high }, repetitions, verdict, ...untested, reason: reason + more };
}

/** How many runs would decide, if they came out like these: the interval must clear the nearer edge of the margin. */
function remedy(mine: readonly number[], theirs: readonly number[], ratio: number, { margin }: Metric): string {
  const distance = Math.abs(Math.abs(Math.log(ratio)) - Math.log1p(margin));
  const needed = repetitionsNeeded(mine, theirs, Math.exp(distance));
  if (needed === null) return "too close to the margin, or too noisy, to decide with 100 repetitions each";
  return `about ${Math.max(needed, mine.length + 1, theirs.length + 1)} repetitions each would decide`;
}

/** The zone of "same" is symmetric in the logarithm, so that swapping the systems swaps the verdict and nothing else. */
function verdictOf(low: number, high: number, { margin, higherIsBetter }: Metric): Verdict {
  const up = 1 + margin;
  const down = 1 / up;
  if (low > up) return higherIsBetter ? "better" : "worse";
  if (high < down) return higherIsBetter ? "worse" : "better";
  return low >= down && high <= up ? "same" : "inconclusive";
}

function words(verdict: Verdict, low: number, high: number, { margin }: Metric): string {
  const zone = `the margin of ${percent(1 + margin)}`;
  switch (verdict) {
    case "better":
    case "worse":
      return `the whole interval is beyond ${zone}`;
    case "same":
      return `the whole interval is within ${zone}${low > 1 || high < 1 ? ", though not around no change at all" : ""}`;
    case "inconclusive":
      return `the interval ${low > 1 || high < 1 ? "shows a change, but" : "includes no change and"} crosses ${zone}`;
  }
}

function percent(factor: number): string {
  return `${(100 * (factor - 1)).toFixed(1)} %`;
}

function isNumber(value: number | null): value is number {
  return value !== null;
}
