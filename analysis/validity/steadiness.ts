import type { StageRows } from "../stageRows.ts";
import type { Steadiness } from "./validity.ts";

/** @param parts one stage of each repetition; none where the harness left no rows */
export function steadinessOf(_parts: readonly StageRows[]): Steadiness {
  return { verdict: "unknown", reason: "there are no request rows", plateau: null };
}
