import { outcomes } from "../../harness/recordFormat.ts";
import type { SloLatency } from "../../scenario/criteria.ts";
import { mergeSketches, SketchView } from "../itlSketch.ts";
import { collect, e2e, tpot, ttft } from "../metrics.ts";
import { type Ranked, ranked } from "../percentile.ts";
import type { StageRows } from "../stageRows.ts";

const OK = outcomes.indexOf("ok");
const CANCELLED = outcomes.indexOf("cancelled");

/** What users got: a failed request is +Infinity, one that we cancelled at the stage's end is neither. */
export interface AdjustedSamples {
  readonly values: Ranked;
  /** Requests behind the values: samples that are independent, which the gaps of one answer are not. */
  readonly requests: number;
}

export function adjustedSamples(parts: readonly StageRows[], metric: SloLatency): AdjustedSamples {
  if (metric === "itlMs") return adjustedGaps(parts);
  const formula = { ttftMs: ttft, tpotMs: tpot, e2eMs: e2e }[metric];
  const values = ranked(collect(parts, formula, true).sort());
  return { values, requests: values.n };
}

/** A failed request counts as many endless gaps as a good one had on average, so that it weighs as it does in TTFT. */
function adjustedGaps(parts: readonly StageRows[]): AdjustedSamples {
  const sketches = parts.flatMap(({ itl }) => (itl === null ? [] : [itl]));
  const view = new SketchView(mergeSketches(sketches));
  let ok = 0;
  let failed = 0;
  for (const { columns, rows } of parts) {
    for (let i = 0; i < rows.length; i++) {
      const outcome = columns.outcome[rows[i] as number];
      if (outcome === OK) ok++;
      else if (outcome !== CANCELLED) failed++;
    }
  }
  if (view.n === 0 && ok > 0) return { values: { n: 0, at: () => Number.NaN }, requests: 0 };
  const n = view.n + Math.round(failed * (ok === 0 ? 1 : view.n / ok));
  const at = (rank: number) => (rank < view.n ? view.at(rank) : Number.POSITIVE_INFINITY);
  return { values: { n, at }, requests: ok + failed };
}
