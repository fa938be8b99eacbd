import type { ServerMetricsLine } from "../../harness/recordFormat.ts";
import { beganAgain, type Counted, counterDelta } from "./counterDelta.ts";
import type { CounterName } from "./metricNames.ts";
import type { EnginePage, ServerPage } from "./serverPage.ts";

export interface MomentPage extends ServerPage {
  readonly moment: ServerMetricsLine["moment"];
  readonly stage: number;
}

/** Pages of one address from a stage's begin to its end, both included. */
export interface StagePages {
  readonly pages: readonly MomentPage[];
  /** The first is from before the stage's first request. */
  readonly begun: boolean;
  /** The last is from after its last answer. */
  readonly ended: boolean;
}

/**
 * Between stages nothing is sent, so that a border without a page can be taken from the neighbouring stage.
 * @param pages of one address, in order  @returns null: it told nothing in or around this stage
 */
export function stagePages(pages: readonly MomentPage[], stage: number): StagePages | null {
  const before = pages.findLastIndex((page) => page.stage < stage || (page.stage === stage && page.moment === "begin"));
  const after = pages.findIndex(
    (page) => (page.stage === stage && page.moment === "end") || (page.stage > stage && page.moment === "begin"),
  );
  const last = after >= 0 ? after : pages.findLastIndex((page) => page.stage === stage);
  const first = before >= 0 ? before : pages.findIndex((page) => page.stage === stage);
  const told = pages.slice(Math.max(first, 0), last + 1);
  // Of a pod that had gone before, there is only a page before the stage.
  if (first < 0 || !told.some((page) => page.stage === stage || after >= 0)) return null;
  const begun = before >= 0 && (pages[before]?.stage === stage || pages[before]?.moment === "end");
  return { pages: told, begun, ended: after >= 0 };
}

/** Growth of one counter; null: not every page has it. @param fromZero the pod is new: all that it counted is of this stage */
export function growth(pages: readonly EnginePage[], name: CounterName, fromZero: boolean): number | null {
  const counted = pages.map((page) => countedOf(page, name));
  if (counted.length === 0 || counted.some((one) => one === null)) return null;
  const all = counted as Counted[];
  const zero = { value: 0, startedAt: all[0]?.startedAt ?? null };
  return counterDelta(fromZero ? [zero, ...all] : all);
}

/** How often the process behind the address began again: each time once, however many counters show it. */
export function restarts(pages: readonly EnginePage[]): number {
  return pages.filter((page, i) => {
    const before = pages[i - 1];
    if (before === undefined) return false;
    return (Object.keys(page.counters) as CounterName[]).some((name) => {
      const [a, b] = [countedOf(before, name), countedOf(page, name)];
      return a !== null && b !== null && beganAgain(a, b);
    });
  }).length;
}

/** A Service in front of several pods: the process changes and comes back, so that no difference means anything. */
export function severalProcesses(pages: readonly EnginePage[]): boolean {
  const starts = pages.flatMap(({ startedAt }) => startedAt ?? []);
  const runs = starts.filter((start, i) => start !== starts[i - 1]);
  return new Set(runs).size < runs.length;
}

function countedOf({ counters, startedAt }: EnginePage, name: CounterName): Counted | null {
  const value = counters[name];
  return value === undefined ? null : { value, startedAt };
}
