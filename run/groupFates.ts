import { RunNeverBegan } from "../cluster/waitForRun.ts";
import type { PlannedRun } from "./plannedRun.ts";

type Member = Pick<PlannedRun, "group" | "target">;

/**
 * Load generators of a group wait for each other for as long as a pod may take to start. Only we see that one of them never
 * will: the others need not wait that long, and are told why.
 */
export class GroupFates {
  readonly #byGroup = new Map<string, AbortController>();

  /** Aborted, with a RunNeverBegan, when another one of its group never began; null: it is made alone. */
  signalOf({ group }: Member): AbortSignal | null {
    return group === null ? null : this.#of(group).signal;
  }

  neverBegan({ group, target }: Member, { message, next }: RunNeverBegan): void {
    if (group === null) return;
    const why = `was stopped before its load, which is that of "${target.name}" at the same time; that never began: ${message}`;
    this.#of(group).abort(new RunNeverBegan(why, next));
  }

  #of(group: string): AbortController {
    const known = this.#byGroup.get(group) ?? new AbortController();
    this.#byGroup.set(group, known);
    return known;
  }
}
