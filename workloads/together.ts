import { posix } from "node:path";
import type { BarrierPlan } from "../harness/plan.ts";

/** What of a run says whether others are loaded at the same time. */
export interface LoadedTogether {
  /** Names of the other targets; absent or empty: it is loaded alone. */
  readonly loadedWith?: readonly string[];
  /** The same in all runs that are made at once; absent or null: it is made alone. */
  readonly group?: string | null;
}

export function isTogether({ loadedWith = [] }: LoadedTogether): boolean {
  return loadedWith.length > 0;
}

/**
 * Where the load generators of a group wait for each other; undefined: it is made alone. The folder begins with a dot, so
 * that nobody takes it for a run's, and is another one for each attempt, so that none meets what an earlier one left.
 * @param root folder that all of them see
 */
export function barrierOf(
  run: LoadedTogether & { readonly target: { readonly name: string }; readonly attempt: number },
  root: string,
  timeoutSeconds: number,
): BarrierPlan | undefined {
  const { loadedWith = [], group = null, target, attempt } = run;
  if (loadedWith.length === 0 || group === null) return undefined;
  const folder = posix.join(root, `.${group}${attempt === 1 ? "" : `-a${attempt}`}`);
  return { folder, name: target.name, names: [target.name, ...loadedWith].sort(), timeoutSeconds };
}
