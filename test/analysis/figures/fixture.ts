import type {
  Analysis,
  ComparedMetric,
  Comparison,
  ComparisonRow,
  Measured,
  StageAnalysis,
  StageMetrics,
  Summary,
  SystemAnalysis,
} from "../../../analysis/analysis.ts";
import { costOf } from "../../../analysis/cost/costOf.ts";
import type { LoadType } from "../../../harness/plan.ts";
import { type Outcome, outcomes } from "../../../harness/recordFormat.ts";
import { shippedCriteria } from "../../../scenario/criteria.ts";

/**
 * Made-up analyses for drawing tests: a queueing-like formula, no measurement. Numbers of a figure in a test come from here only.
 */
const floors = { p5: 130, p25: 24, p50: 11, p75: 24, p90: 64, p95: 130, p99: 662 } as const;

export function summary(n: number, median: number, spread: number): Summary {
  const at = (z: number): number => median * Math.exp(spread * z);
  const z = { p5: -1.645, p25: -0.674, p50: 0, p75: 0.674, p90: 1.282, p95: 1.645, p99: 2.326 };
  const percentile = (name: keyof typeof floors): Measured => {
    if (n === 0) return { value: null, reason: "no successful request" };
    if (n < floors[name]) return { value: null, reason: `n = ${n}, ${name} needs ${floors[name]}` };
    return { value: at(z[name]) };
  };
  const plain = (value: number): Measured => (n === 0 ? { value: null, reason: "no successful request" } : { value });
  return {
    n,
    mean: plain(median * Math.exp(spread ** 2 / 2)),
    min: plain(at(-2.8)),
    max: plain(at(3)),
    p5: percentile("p5"),
    p25: percentile("p25"),
    p50: percentile("p50"),
    p75: percentile("p75"),
    p90: percentile("p90"),
    p95: percentile("p95"),
    p99: percentile("p99"),
  };
}

export interface StageOptions {
  readonly load: number;
  readonly loadType?: LoadType;
  /** 1 = the reference system; 1.15 = 15 % faster. */
  readonly speed?: number;
  readonly requests?: number;
  /** Share that fails with http5xx. */
  readonly failing?: number;
  readonly name?: string;
  readonly repetitions?: number;
}

export function metrics({ load, speed = 1, requests, failing = 0 }: StageOptions): StageMetrics {
  const tpot = (11 + 0.16 * load) / speed;
  const ttft = (34 + 2.1 * load + (load > 24 ? 9 * (load - 24) : 0)) / speed;
  const generation = tpot * 127;
  const e2e = ttft + generation;
  const perSecond = (1000 * load) / e2e;
  const sent = requests ?? Math.round(perSecond * 30);
  const failed = Math.round(sent * failing);
  const n = sent - failed;
  const share = sent === 0 ? 0 : n / sent;
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const rate = (value: number): Measured => (n === 0 ? { value: null, reason: "no successful request" } : { value });
  return {
    windowSeconds: 30,
    sent,
    outcomes: { ...counts, ok: n, http5xx: failed },
    failureRate: sent === 0 ? { value: null, reason: "no request was sent" } : { value: failed / sent },
    requestsPerSecond: rate(perSecond * share),
    outputTokensPerSecond: rate(perSecond * share * 128),
    inputTokensPerSecond: rate(perSecond * share * 256),
    totalTokensPerSecond: rate(perSecond * share * 384),
    ttftMs: summary(n, ttft, 0.22),
    tpotMs: summary(n, tpot, 0.06),
    itlMs: summary(n * 127, tpot, 0.18),
    e2eMs: summary(n, e2e, 0.07),
    ntpotMs: summary(n, e2e / 128, 0.07),
    generationMs: summary(n, generation, 0.06),
    requestTokenRate: summary(n, 128_000 / e2e, 0.07),
    adjustedTtftMs: summary(n, ttft, 0.22),
    adjustedE2eMs: summary(n, e2e, 0.07),
    inputTokens: summary(n, 256, 0.05),
    outputTokens: summary(n, 128, 0),
    cachedShare: { value: null, reason: "the server reports no cached tokens" },
    client: { cpu: 0.21, eventLoopLagP99Ms: 1.4, dispatchLagP99Ms: null },
  };
}

const steadiness = { verdict: "steady", reason: "fixture", plateau: null } as const;

export function stage(options: StageOptions): StageAnalysis {
  const { load, loadType = "concurrency", repetitions = 1, requests } = options;
  // Repetitions differ by a fixed wobble of a few per cent.
  const each = Array.from({ length: repetitions }, (_, i) => {
    const wobble = 1 + 0.02 * Math.sin(3 * i + load);
    return metrics({ ...options, speed: (options.speed ?? 1) * wobble });
  });
  const pooled = metrics({
    ...options,
    requests: requests ?? each.reduce((sum, one) => sum + one.sent, 0),
  });
  return {
    name: options.name ?? `${loadType}-${load}`,
    loadType,
    load,
    repetitions: each,
    pooled,
    steadiness,
    server: null,
  };
}

export interface SystemOptions extends Omit<StageOptions, "load" | "name"> {
  readonly name?: string;
  readonly loads?: readonly number[];
  readonly simulated?: boolean;
  readonly model?: string;
  readonly hardware?: string;
}

export function system(options: SystemOptions = {}): SystemAnalysis {
  const { name = "vllm", loads = [1, 2, 4, 8, 16, 32], simulated = true, loadType = "concurrency" } = options;
  const { model = "meta-llama/Llama-3.1-8B-Instruct", hardware = "1 x H100 80 GB", repetitions = 1 } = options;
  const stages = loads.map((load) => stage({ ...options, load, loadType, repetitions }));
  return {
    name,
    model,
    hardware,
    simulated,
    loadType,
    validity: { verdict: "valid", findings: [] },
    slo: null,
    cost: costOf({ runs: [], stages, slo: null, criteria: shippedCriteria.cost }),
    bottleneck: null,
    serverSeries: [],
    runs: Array.from({ length: repetitions }, (_, i) => ({
      runId: `fixture-${name}-r${i + 1}`,
      repetition: i + 1,
      status: "complete",
      reason: null,
      startedAt: "2026-11-22T06:00:00.000Z",
      durationSeconds: 187,
      folder: `../runs/fixture-${name}-r${i + 1}`,
    })),
    stages,
  };
}

export function analysis(systems: readonly SystemAnalysis[] = [system()], change: Partial<Analysis> = {}): Analysis {
  return {
    formatVersion: 1,
    title: "Laptop benchmark",
    stack: "local",
    createdAt: "2026-11-22T06:04:00.000Z",
    simulated: systems.some((each) => each.simulated),
    systems,
    comparison: systems.length < 2 ? null : comparison(systems),
    notes: [],
    criteria: shippedCriteria,
    ...change,
  };
}

const unknown: Measured = { value: null, reason: "fixture" };
const untested = { smallestDetectable: unknown, p: unknown, mannWhitneyP: unknown };
const compared: readonly (readonly [ComparedMetric, number, (of: StageMetrics) => Measured])[] = [
  ["outputTokensPerSecond", 0.05, (of) => of.outputTokensPerSecond],
  ["requestsPerSecond", 0.05, (of) => of.requestsPerSecond],
  ["ttftP50Ms", 0.1, (of) => of.ttftMs.p50],
  ["ttftP95Ms", 0.1, (of) => of.ttftMs.p95],
  ["tpotP50Ms", 0.1, (of) => of.tpotMs.p50],
  ["tpotP95Ms", 0.1, (of) => of.tpotMs.p95],
  ["e2eP50Ms", 0.1, (of) => of.e2eMs.p50],
  ["e2eP95Ms", 0.1, (of) => of.e2eMs.p95],
];

/** Ratios are true to the fixture; intervals are a made-up 4 % around them, none with one repetition. */
export function comparison(systems: readonly SystemAnalysis[]): Comparison {
  const [base, ...others] = systems;
  const rows = others.flatMap((candidate) =>
    compared.flatMap(([metric, margin, of]): ComparisonRow[] => {
      const pairs = candidate.stages.flatMap((mine) => {
        const theirs = base!.stages.find((each) => each.load === mine.load);
        const [a, b] = [of(mine.pooled).value, theirs === undefined ? null : of(theirs.pooled).value];
        return a === null || b === null ? [] : [{ load: mine.load, ratio: a / b }];
      });
      const mean = Math.exp(pairs.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / pairs.length);
      const n = candidate.runs.length;
      const row = (load: number | null, ratio: number): ComparisonRow => {
        const interval = n < 2 ? null : { low: ratio / 1.04, high: ratio * 1.04 };
        const higher = !metric.endsWith("Ms");
        const beyond = interval !== null && (interval.low > 1 + margin ? 1 : interval.high < 1 / (1 + margin) ? -1 : 0);
        const within = interval !== null && interval.low >= 1 / (1 + margin) && interval.high <= 1 + margin;
        const verdict = beyond ? (beyond > 0 === higher ? "better" : "worse") : within ? "same" : "inconclusive";
        return {
          candidate: candidate.name,
          metric,
          load,
          ratio:
            pairs.length === 0 ? { value: null, reason: `no load in common with ${base!.name}` } : { value: ratio },
          interval: pairs.length === 0 ? null : interval,
          repetitions: [n, n],
          verdict: pairs.length === 0 ? "inconclusive" : verdict,
          margin,
          ...untested,
          reason: n < 2 ? "one repetition each, no interval" : "fixture",
        };
      };
      return [row(null, mean), ...pairs.map(({ load, ratio }) => row(load, ratio))];
    }),
  );
  const first = rows[0]!;
  const simulated = systems.some((each) => each.simulated) ? "SIMULATED: " : "";
  const headline = `${simulated}${first.candidate} against ${base!.name}: ${first.ratio.value?.toFixed(2) ?? "no"} times the output tokens/s: ${first.verdict}.`;
  return { baseline: base!.name, primary: "outputTokensPerSecond", differences: [], rows, headline };
}
