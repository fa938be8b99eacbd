import type { HarnessPlan } from "../../harness/plan.ts";
import type { ErrorCount, ItlByStage, RequestColumns, RunStage } from "../run.ts";
import type { ServerRecord } from "../server/serverMetrics.ts";
import type { Startup } from "../startup/startup.ts";

/**
 * What an importer makes of the native files of one run; who ran what stands in the manifest.
 *
 * Times of rows and stages are ms from the run's start. A value that the files do not hold is NaN or -1 in a column, and
 * null with a reason in `reported`; never 0.
 */
export interface NativeResults {
  readonly harnessVersion: string | null;
  /** ISO 8601; null where the harness keeps no wall clock. */
  readonly startedAt: string | null;
  readonly durationSeconds: number;
  readonly stages: readonly RunStage[];
  /** null where the harness left no request rows, or rows without times. */
  readonly requests: RequestColumns | null;
  readonly itl: readonly ItlByStage[];
  readonly errors: readonly ErrorCount[];
  /** Why the files are not whole, in sentences; empty: they are. */
  readonly problems: readonly string[];
  /** See `Run.remarks`. */
  readonly remarks: readonly string[];
  /** Why nobody knows which requests failed (the harness kept the successful ones only); null or absent: it is known. */
  readonly failuresUnknown?: string | null;
  /** true: the files themselves say that a simulated engine answered. */
  readonly simulated?: boolean;
  /** Of our own load generator only. */
  readonly plan?: HarnessPlan | null;
  /** Of nop only: how the engine started. */
  readonly startup?: Startup | null;
  /** What the engine said of itself; null or absent: the files hold nothing of it. */
  readonly server?: ServerRecord | null;
}

/**
 * Reads the folder of native files of one run (the run folder's `results/`), whatever else lies in it.
 * @throws ImportError naming the file, what is wrong with it and what to do; it never touches the files
 */
export type Importer = (native: string) => Promise<NativeResults>;
