import type { Measured } from "../analysis.ts";
import type { Run, RunStage } from "../run.ts";

/** A window by the wall clock, ms. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Share of the first window in which all the others were open as well, 0..1; null: it has no length. */
export function sharedPart(own: Window, others: readonly Window[]): number | null {
  const length = own.to - own.from;
  if (!(length > 0)) return null;
  const from = Math.max(own.from, ...others.map((other) => other.from));
  const to = Math.min(own.to, ...others.map((other) => other.to));
  return Math.max(0, to - from) / length;
}

/** How far a run's stage was under the same load as that of all others of its group. */
export function stageOverlap(run: Run, stage: RunStage, all: readonly Run[]): Measured {
  const own = windowOf(run, stage);
  if (own === null) return none("when it was sent is not known");
  const windows: Window[] = [];
  for (const name of run.loadedWith ?? []) {
    const other = all.find(({ group, target, stack }) => group === run.group && target === name && stack === run.stack);
    if (other === undefined) return none(`the run of ${name} that it was loaded with is not among these`);
    const same = other.stages.find(({ plan }) => sameLoad(plan, stage.plan));
    const window = same === undefined ? null : windowOf(other, same);
    if (window === null) return none(`${name} did not come to this load`);
    windows.push(window);
  }
  const share = sharedPart(own, windows);
  return share === null ? none("the stage did not run") : { value: share };
}

function windowOf({ startedAt, harnessClock = true }: Run, { summary }: RunStage): Window | null {
  const start = Date.parse(startedAt);
  if (!harnessClock || Number.isNaN(start) || summary.status === "skipped") return null;
  return { from: start + summary.startMs, to: start + summary.endMs };
}

export function sameLoad(a: RunStage["plan"], b: RunStage["plan"]): boolean {
  return JSON.stringify([a.name, a.load]) === JSON.stringify([b.name, b.load]);
}

const none = (reason: string): Measured => ({ value: null, reason });
