import type { LoadType } from "../harness/plan.ts";
import type { Outcome } from "../harness/recordFormat.ts";
import type { ComparedMetric, Criteria } from "../scenario/criteria.ts";
import type { CostAnalysis } from "./cost/costAnalysis.ts";
import type { Interference } from "./interference/interference.ts";
import type { PodShares } from "./interference/podShares.ts";
import type { Bottleneck, ServerSeries, StageServer } from "./server/serverMetrics.ts";
import type { LargestLoad, SloAssessment } from "./slo/sloAssessment.ts";
import type { StageSpan } from "./stageSpans.ts";
import type { Startup } from "./startup/startup.ts";
import type { Tail } from "./tail.ts";
import type { Steadiness, Validity } from "./validity/validity.ts";

/** All that a reader is told, as data: written to analysis/data/stats.json; figures, report, README and terminal only draw it. */
export interface Analysis {
  readonly formatVersion: 1;
  readonly title: string;
  readonly stack: string;
  readonly createdAt: string;
  /** true: at least one system is simulated; drawings stamp SIMULATED. */
  readonly simulated: boolean;
  readonly systems: readonly SystemAnalysis[];
  /** null with fewer than two systems. */
  readonly comparison: Comparison | null;
  /** null: no target was loaded beside others; absent in older files. */
  readonly interference?: Interference | null;
  readonly notes: readonly string[];
  /** What it was judged by. */
  readonly criteria: Criteria;
}

/** One target over all its repetitions. */
export interface SystemAnalysis {
  readonly name: string;
  /** Targets that were loaded at the same time; absent: it was loaded alone. */
  readonly loadedWith?: readonly string[];
  readonly model: string;
  readonly hardware: string;
  readonly simulated: boolean;
  readonly runs: readonly RunIdentity[];
  readonly loadType: LoadType;
  readonly stages: readonly StageAnalysis[];
  readonly validity: Validity;
  /** null: no objective was set. */
  readonly slo: SloAssessment | null;
  readonly cost: CostAnalysis;
  /** null: nothing was recorded that could tell. */
  readonly bottleneck: Bottleneck | null;
  /** null: one pod, or none that told of itself; absent in older files. */
  readonly podShares?: PodShares | null;
  /** Of the first repetition that has any; empty: none. */
  readonly serverSeries: readonly ServerSeries[];
  /** Of the same repetition; empty where there are no series. Absent in older files. */
  readonly stageSpans?: readonly StageSpan[];
  /** What the simulated engine takes for granted, in sentences; none for a real one. */
  readonly assumptions?: readonly string[];
  /** What sent the requests, with its versions where they are known, e.g. "guidellm 0.7.1"; absent in older files. */
  readonly harness?: string;
  /** What must be known of this harness's numbers, in sentences: see `Run.remarks`. */
  readonly remarks?: readonly string[];
  /** How its engine started, one per run of harness nop; absent where requests were sent. */
  readonly starts?: readonly EngineStart[];
}

export interface EngineStart {
  readonly runId: string;
  readonly repetition: number;
  readonly startup: Startup;
}

export interface RunIdentity {
  readonly runId: string;
  readonly repetition: number;
  readonly status: "complete" | "partial" | "failed";
  readonly reason: string | null;
  readonly startedAt: string;
  readonly durationSeconds: number;
  /** Made elsewhere: name of the file or folder it was imported from. */
  readonly importedFrom?: string;
  /** Of this project, as the run recorded it. */
  readonly commit?: string;
  readonly engineImage?: string;
  readonly modelRevision?: string;
  /** Of the run folder, relative to the folder that holds the report. */
  readonly folder: string;
}

/** A number, or null and why there is none. */
export type Measured = { readonly value: number } | { readonly value: null; readonly reason: string };

/** Requests pooled over the repetitions of one stage; per-repetition values beside it for intervals. */
export interface StageAnalysis {
  readonly name: string;
  readonly loadType: LoadType;
  /** Concurrency, or requests/s. */
  readonly load: number;
  readonly repetitions: readonly StageMetrics[];
  /** Run of each of these, in their order: a run that lacks the stage would shift its neighbours. Absent in older files. */
  readonly runIds?: readonly string[];
  readonly pooled: StageMetrics;
  /** Harness that computed these numbers, where it left no request rows; they are shown as they were. Absent: computed here. */
  readonly taken?: string;
  readonly steadiness: Steadiness;
  /** All repetitions together; null: nothing was recorded. */
  readonly server: StageServer | null;
  /** null: no request rows; absent in older files. */
  readonly tail?: Tail | null;
  /** Most frequent first; messages as the load generator wrote them, so escape them. */
  readonly errors?: readonly { readonly outcome: Outcome; readonly message: string; readonly count: number }[];
}

/** Definitions: docs/metrics.md. Success-only unless the name says adjusted. */
export interface StageMetrics {
  /** null: the harness did not tell. */
  readonly windowSeconds: number | null;
  readonly sent: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Share of sent requests, cancelled ones at the stage's end excepted, that did not end "ok": 0..1. */
  readonly failureRate: Measured;
  readonly requestsPerSecond: Measured;
  readonly outputTokensPerSecond: Measured;
  readonly inputTokensPerSecond: Measured;
  readonly totalTokensPerSecond: Measured;
  readonly ttftMs: Summary;
  readonly tpotMs: Summary;
  readonly itlMs: Summary;
  readonly e2eMs: Summary;
  readonly ntpotMs: Summary;
  /** End minus first token. */
  readonly generationMs: Summary;
  /** Output tokens of one request over its E2E time. */
  readonly requestTokenRate: Summary;
  /** A failed request counts as +infinity. */
  readonly adjustedTtftMs: Summary;
  readonly adjustedE2eMs: Summary;
  readonly inputTokens: Summary;
  readonly outputTokens: Summary;
  /** Cached over all prompt tokens, from the server's usage: 0..1. */
  readonly cachedShare: Measured;
  /** Worst of the repetitions; null where the generator left no summary. */
  readonly client: {
    readonly cpu: number | null;
    readonly eventLoopLagP99Ms: number | null;
    readonly dispatchLagP99Ms: number | null;
  };
}

/** Percentiles are null with a reason below their sample floor. */
export interface Summary {
  /** Samples; null where a harness reported numbers and not how many stand behind them. */
  readonly n: number | null;
  readonly mean: Measured;
  readonly min: Measured;
  readonly max: Measured;
  readonly p5: Measured;
  readonly p25: Measured;
  readonly p50: Measured;
  readonly p75: Measured;
  readonly p90: Measured;
  readonly p95: Measured;
  readonly p99: Measured;
}

export interface Comparison {
  readonly baseline: string;
  readonly primary: ComparedMetric;
  /** All that differed besides the engine: one row per setting whose values are not all equal. */
  readonly differences: readonly Difference[];
  readonly rows: readonly ComparisonRow[];
  /** Metrics that neither side has, in sentences: they have no rows. Absent in older files. */
  readonly leftOut?: readonly string[];
  /** One per candidate, where it and the baseline have objectives and a largest load that meets them. Absent in older files. */
  readonly largestLoads?: readonly ComparedLargestLoad[];
  /** A sentence a reader can repeat, from the primary metric, and one on the largest loads. */
  readonly headline: string;
}

export interface ComparedLargestLoad {
  readonly candidate: string;
  readonly mine: LargestLoad;
  readonly baseline: LargestLoad;
  /** Between two measured loads nobody knows: better and worse where the ranges do not overlap, else inconclusive. */
  readonly verdict: "better" | "worse" | "inconclusive";
  readonly sentence: string;
}

export interface Difference {
  /** Path of the setting, e.g. "engine.maxNumSeqs", "machine.node". */
  readonly what: string;
  /** One per system, in their order; null: not known. */
  readonly values: readonly (string | null)[];
}

export type Verdict = "better" | "worse" | "same" | "inconclusive";
export interface ComparisonRow {
  readonly candidate: string;
  readonly metric: ComparedMetric;
  /** null: all matched loads together (geometric mean). */
  readonly load: number | null;
  /** Candidate over baseline. */
  readonly ratio: Measured;
  /** 95 % Welch interval on log ratios over repetitions. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly repetitions: readonly [number, number];
  readonly verdict: Verdict;
  /** The smallest change that matters for this metric, e.g. 0.05; the zone of "same" is 1/(1+margin) .. 1+margin. */
  readonly margin: number;
  /** The smallest change that these repetitions could show, as a share: 0.07 is 7 %. */
  readonly smallestDetectable: Measured;
  /** Two-sided, of no change: Welch's t on logarithms; after Holm over all rows but the primary one. */
  readonly p: Measured;
  /** Second opinion without an assumption about distributions; exact; null with fewer than 4 repetitions a side. */
  readonly mannWhitneyP: Measured;
  readonly reason: string;
}

export type { ComparedMetric, LoadType, Outcome };
