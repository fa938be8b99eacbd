import type { LoadType } from "../harness/plan.ts";
import type { Outcome } from "../harness/recordFormat.ts";
import type { Startup } from "./startup/startup.ts";

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
  readonly notes: readonly string[];
}

/** One target over all its repetitions. */
export interface SystemAnalysis {
  readonly name: string;
  readonly model: string;
  readonly hardware: string;
  readonly simulated: boolean;
  readonly runs: readonly RunIdentity[];
  readonly loadType: LoadType;
  readonly stages: readonly StageAnalysis[];
  readonly warnings: readonly string[];
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
  readonly pooled: StageMetrics;
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
  readonly rows: readonly ComparisonRow[];
  /** One sentence a reader can repeat, from the primary metric. */
  readonly headline: string;
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
  readonly margin?: number;
  readonly reason: string;
}
export type ComparedMetric = "outputTokensPerSecond" | "requestsPerSecond" | "ttftP50Ms" | "tpotP50Ms" | "e2eP50Ms";

export type { LoadType, Outcome };
