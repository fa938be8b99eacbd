import type { InterferedSystem, InterferenceRow } from "./interference.ts";

const label: Readonly<Partial<Record<InterferenceRow["metric"], string>>> = {
  outputTokensPerSecond: "output tokens/s",
  ttftP50Ms: "TTFT p50",
  ttftP95Ms: "TTFT p95",
  tpotP50Ms: "TPOT p50",
  tpotP95Ms: "TPOT p95",
};

export const interferedLabel = (metric: InterferenceRow["metric"]): string => label[metric] ?? metric;

/** "a beside b: output tokens/s 0.81 times as alone (0.78 to 0.84): slower; TTFT p95 1.40 times (1.2 to 1.6): slower." */
export function interferenceSentence({
  target,
  loadedWith,
  alone,
  rows,
}: Pick<InterferedSystem, "target" | "loadedWith" | "alone" | "rows">): string {
  const who = `${target} beside ${loadedWith.join(" and ")}`;
  if (alone === null) return `${who}: it was never loaded alone, so that there is nothing to compare with.`;
  const overall = rows.filter(({ load }) => load === null);
  if (overall.every(({ ratio }) => ratio.value === null))
    return `${who}: nothing can be compared with ${alone} alone: ${overall[0]?.reason ?? "no load in common"}.`;
  const told = overall.flatMap(({ metric, ratio, interval, verdict }) => {
    if (ratio.value === null) return [];
    const range = interval === null ? "no interval" : `${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`;
    return [`${interferedLabel(metric)} ${ratio.value.toFixed(2)} times as alone (${range}): ${verdict}`];
  });
  return `${who}: ${told.join("; ")}.`;
}
