import type { LoadType } from "../harness/plan.ts";
import type { Run } from "./run.ts";

/** When a stage ran, in s from the run's start: the borders on a time line. */
export interface StageSpan {
  readonly load: number;
  readonly loadType: LoadType;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Of the run that the series come from: another repetition's borders would lie elsewhere. */
export function stageSpans(run: Run | undefined): StageSpan[] {
  if (run === undefined) return [];
  return run.stages.flatMap(({ plan: { load }, summary }) => {
    const span = { startSeconds: summary.startMs / 1000, endSeconds: summary.endMs / 1000 };
    if (!(span.endSeconds > span.startSeconds)) return [];
    return [
      { load: load.type === "concurrency" ? load.concurrency : load.requestsPerSecond, loadType: load.type, ...span },
    ];
  });
}
