import type { HarnessPlan, LoadType, Stage } from "../harness/plan.ts";
import type { ClientHealth, HarnessSummary, Outcome, StageSummary } from "../harness/recordFormat.ts";
import type { StageMetrics } from "./analysis.ts";
import type { ServerRecord } from "./server/serverMetrics.ts";
import type { Startup } from "./startup/startup.ts";

/** One run of one target, whatever harness made it. Every importer returns this; everything after it reads nothing else. */
export interface Run {
  readonly runId: string;
  readonly stack: string;
  readonly target: string;
  /** Its name in a comparison of several stacks or folders, whose targets may be called alike; absent: the target's. */
  readonly system?: string;
  readonly repetition: number;
  /** Names of the targets that were loaded at the same time; absent or empty: it was loaded alone. */
  readonly loadedWith?: readonly string[];
  /** The same in all runs that were made at once; absent or null: it was made alone. */
  readonly group?: string | null;
  readonly harness: string;
  /** As its native files tell; null where they do not. */
  readonly harnessVersion: string | null;
  /** true: the engine was simulated; every figure, file and title says so. */
  readonly simulated: boolean;
  readonly status: "complete" | "partial" | "failed";
  readonly reason: string | null;
  /** ISO 8601, or "unknown". */
  readonly startedAt: string;
  /**
   * false: `startedAt` is when its process was started by us, or unknown, since its files tell no wall clock; how long after
   * that a stage began is not known then. Absent: true.
   */
  readonly harnessClock?: boolean;
  readonly durationSeconds: number;
  readonly stages: readonly RunStage[];
  /** null where the harness left no request rows. */
  readonly requests: RequestColumns | null;
  readonly itl: readonly ItlByStage[];
  /** Most frequent first, a few per stage and outcome. */
  readonly errors: readonly ErrorCount[];
  /** The plan as it ran; null where another harness made the run. */
  readonly plan: HarnessPlan | null;
  /** What a reader must know of this harness's numbers, in sentences: what it defines otherwise, what it does not keep. */
  readonly remarks: readonly string[];
  readonly provenance: Provenance;
  /** Why nobody knows which requests failed: rows are of the successful ones only; absent or null where it is known. */
  readonly failuresUnknown?: string | null;
  /** How the engine started, where harness nop looked; absent or null elsewhere. */
  readonly startup?: Startup | null;
  /** Containers of the engine that began anew while requests were sent, in sentences; absent or empty: none is known of. */
  readonly engineRestarts?: readonly string[];
  /** null or absent: nobody asked the engine. */
  readonly server?: ServerRecord | null;
}

/** Failures of one stage with the same cause. Messages that differ in digits only count as one; the first is kept. */
export interface ErrorCount {
  /** Index of the stage, from 0. */
  readonly stage: number;
  readonly outcome: Outcome;
  readonly status: number;
  readonly message: string;
  readonly count: number;
}

export interface RunStage {
  /** Of another harness: as near as its settings come to ours; the name says what it was (e.g. "constant 2/s, random gaps"). */
  readonly plan: Stage;
  readonly summary: StageWindow;
  /**
   * What the harness itself computed, converted to our names and units; null where it computed nothing (ours). Where
   * there are request rows, the analysis computes everything from them, and this stands beside it.
   */
  readonly reported: StageMetrics | null;
}

/** `client` is null for harnesses that do not watch themselves. Times in ms from the run's start, as in the rows. */
export type StageWindow = Omit<StageSummary, "client"> & { readonly client: ClientHealth | null };

/** Sketch of inter-token latencies of one stage (ms), successful requests only; see `itlSketch.ts` for the error bound. */
export interface ItlByStage {
  readonly stage: number;
  readonly counts: Float64Array;
}

/** One entry per request, in order of completion; NaN or -1 where absent, as in harness/recordFormat.ts. Warm-up is left out. */
export interface RequestColumns {
  readonly length: number;
  readonly request: Uint32Array;
  readonly stage: Uint16Array;
  readonly outcome: Uint8Array;
  readonly flags: Uint8Array;
  readonly scheduledMs: Float64Array;
  readonly sentMs: Float64Array;
  readonly firstTokenMs: Float64Array;
  readonly lastTokenMs: Float64Array;
  readonly endMs: Float64Array;
  readonly promptTokensAsked: Int32Array;
  readonly outputTokensAsked: Int32Array;
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  readonly cachedTokens: Int32Array;
  readonly events: Uint32Array;
  readonly status: Uint16Array;
  readonly finishReason: Uint8Array;
}

/** What made the run: enough to repeat it. Written to manifest.json; holds no secret. */
export interface Provenance {
  readonly scenario: unknown;
  readonly seed: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly harness: Pick<HarnessSummary, "harnessVersion" | "node" | "cpuModel" | "cpuCount"> | null;
  /** What the simulator assumed, in sentences; null for a real engine. */
  readonly simulation: { readonly assumptions: readonly string[]; readonly speed: number } | null;
}

/** manifest.json of a run folder; written last, so its presence means that the folder is whole. */
export interface Manifest {
  readonly formatVersion: 1;
  readonly runId: string;
  readonly stack: string;
  readonly scenarioName: string;
  readonly target: string;
  readonly repetition: number;
  /** As in `Run`; absent in older folders, and where it was loaded alone. */
  readonly loadedWith?: readonly string[];
  readonly group?: string;
  readonly attempt: number;
  readonly harness: string;
  readonly simulated: boolean;
  /** Kubernetes Job that made it; null (or absent, in older folders) where there was none. */
  readonly job?: string | null;
  readonly status: Run["status"];
  readonly reason: string | null;
  /** ISO 8601; "unknown" of imported files that tell no wall clock. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly provenance: Provenance;
  /** Path below the folder -> SHA-256, native files only. */
  readonly files: Readonly<Record<string, string>>;
}

export type { LoadType };
