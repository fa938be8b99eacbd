import type { Analysis } from "../analysis/analysis.ts";
import type { HarnessProgress } from "../harness/recordFormat.ts";
import type { BenchmarkResult } from "./benchmark.ts";

/** Who runs the program: `./bench`, or a plain `pulumi`. It shows progress and carries the user's wish to stop. */
export interface Driver {
  /** Told in a dry run: what would be done, and with no cluster in reach the objects that would be applied. */
  plan(text: string): void;
  /** One line that stays: a phase begins or ends. */
  say(line: string): void;
  /** What is being waited for while there is no run under way; replaced by the next one on a terminal. */
  status(line: string): void;
  /** State of the run under way; replaced by the next one on a terminal. */
  progress(progress: RunProgress): void;
  warn(line: string): void;
  /** Aborted at the first Ctrl-C: what runs is flushed, marked partial and kept. */
  readonly signal: AbortSignal;
  /** Run a failed or partial run again, beside the first attempt. */
  readonly retry: boolean;
  /** Told once, when all runs have ended. Returns what becomes the stack's outputs; may end the process instead. */
  finish(result: BenchmarkResult): Promise<Analysis | null>;
}

export interface RunProgress {
  /** Runs of this scenario, from 1. */
  readonly run: number;
  readonly runs: number;
  readonly target: string;
  readonly harness: HarnessProgress;
  /** Runs that are made at the same time; absent: none is. */
  readonly beside?: readonly Omit<RunProgress, "beside">[];
  /** Of all runs together; 0 for stages that end after a number of requests, until they know their pace. */
  readonly etaSeconds: number;
}

/** One line, e.g. `run 1/2 engine-a: stage 3/6 concurrency 4, 41 ok, 0 failed, 4 in flight, ETA 28 s`; runs at once side by side. */
export function progressLine(progress: RunProgress): string {
  const all = [progress, ...(progress.beside ?? [])].sort((a, b) => a.run - b.run);
  const states = all.map(({ target, harness }) => `${progress.runs > 1 ? `${target}: ` : ""}${stateText(harness)}`);
  const where = progress.runs > 1 ? `run ${all.map(({ run }) => run).join("+")}/${progress.runs} ` : "";
  const waits = all.every(({ harness }) => harness.phase === "waiting");
  const etaSeconds = Math.max(...all.map((one) => one.etaSeconds));
  return `${where}${states.join(" | ")}${waits || etaSeconds === 0 ? "" : `, ETA ${formatSeconds(etaSeconds)}`}`;
}

function stateText(harness: HarnessProgress): string {
  if (harness.phase === "waiting")
    return `waiting for the ${harness.name === "others" ? "others" : "engine"}: ${harness.note ?? "no answer yet"}`;
  const named = harness.phase === "stage" && harness.name !== "";
  const phase =
    harness.phase === "stage" && !named
      ? "running"
      : named
        ? `stage ${harness.stage}/${harness.stages} ${harness.name}`
        : harness.phase;
  // Another load generator that tells nothing of its requests: 0 of them would be a lie.
  if (harness.note !== undefined) return `${phase}, ${harness.note}`;
  return `${phase}, ${harness.ok} ok, ${harness.failed} failed, ${harness.inFlight} in flight`;
}

export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
