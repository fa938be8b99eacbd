import type { StageAnalysis } from "./analysis.ts";

type Loaded = Pick<StageAnalysis, "loadType" | "load">;

/** A load in words: `concurrency 8`, `12.5 requests/s (poisson)`. */
export function loadName(stage: Loaded): string {
  return loadNames([stage]);
}

/** Several loads of one kind in words: `concurrency 1, 8, 32`. */
export function loadNames(stages: readonly Loaded[]): string {
  const types = [...new Set(stages.map(({ loadType }) => loadType))];
  return types
    .map((type) => {
      const loads = stages.filter(({ loadType }) => loadType === type).map(({ load }) => load);
      return type === "concurrency" ? `concurrency ${loads.join(", ")}` : `${loads.join(", ")} requests/s (${type})`;
    })
    .join(" and ");
}
