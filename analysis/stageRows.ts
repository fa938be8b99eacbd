import type { Stage } from "../harness/plan.ts";
import type { RequestColumns, Run, StageWindow } from "./run.ts";

/** One stage of one run, with the rows that belong to it: the unit that is measured, alone or pooled. */
export interface StageRows {
  readonly plan: Stage;
  readonly summary: StageWindow;
  readonly columns: RequestColumns;
  /** Indices into `columns`. */
  readonly rows: Uint32Array;
  /** Sketch of inter-token latencies; null where the harness left none. */
  readonly itl: Float64Array | null;
  /** See `Run.failuresUnknown`. */
  readonly failuresUnknown: string | null;
}

/** Stages that ran, by their index in the plan; undefined where one did not. Two passes over all rows. */
export function stageRows(run: Run): (StageRows | undefined)[] {
  const columns = run.requests;
  if (columns === null) return [];
  const failuresUnknown = run.failuresUnknown ?? null;
  const counts = new Uint32Array(run.stages.length);
  for (let row = 0; row < columns.length; row++) (counts[columns.stage[row] as number] as number)++;
  const rowsOf = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let row = 0; row < columns.length; row++) {
    const stage = columns.stage[row] as number;
    (rowsOf[stage] as Uint32Array)[(counts[stage] as number)++] = row;
  }
  return run.stages.map(({ plan, summary }, index) => {
    const rows = rowsOf[index] as Uint32Array;
    const itl = run.itl.find(({ stage }) => stage === index)?.counts ?? null;
    return rows.length === 0 ? undefined : { plan, summary, columns, rows, itl, failuresUnknown };
  });
}
