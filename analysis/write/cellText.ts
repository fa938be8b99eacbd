import type { Measured } from "../analysis.ts";
import { NOT_RUN } from "../metrics.ts";
import { missedFloor } from "../percentile.ts";

/** Three significant digits where they matter, no exponent: 0.0123, 1.23, 12.3, 123, 1234. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95 || size === 0) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995) return value.toFixed(2);
  if (size >= 0.0995) return value.toFixed(3);
  return Number(value.toPrecision(3)).toString();
}

/** 0..1 as per cent with one decimal; never rounds a few failures away to 100.0 or a few hits to 0.0. */
export function percentText(share: number): string {
  const percent = 100 * share;
  if (share < 1 && percent >= 99.95) return "99.9";
  if (share > 0 && percent < 0.05) return "<0.1";
  return percent.toFixed(1);
}

/** A value for a narrow column, or in short why there is none: `n<662`, `unbounded`, `-`. */
export function cellText(measured: Measured, format: (value: number) => string = numberText): string {
  if (measured.value !== null) return format(measured.value);
  const floor = missedFloor(measured.reason);
  if (floor !== null) return `n<${floor}`;
  return measured.reason.startsWith("unbounded") ? "unbounded" : "-";
}

/** Lines under a table that explain its short cells, one per reason: `-: answers were not streamed (TTFT ms, TPOT ms)`. */
export function footnotes(cells: readonly { readonly label: string; readonly measured: Measured }[]): string[] {
  const labels = new Map<string, Set<string>>();
  for (const { label, measured } of cells) {
    if (measured.value !== null || measured.reason === NOT_RUN) continue;
    const short = cellText(measured);
    const why = measured.reason.replace(/^unbounded \((.*)\)$/, "$1");
    const note = short.startsWith("n<") ? BELOW_FLOOR : `${short}: ${why}`;
    labels.set(note, (labels.get(note) ?? new Set()).add(label));
  }
  return [...labels].map(([note, columns]) => (note === BELOW_FLOOR ? note : `${note} (${[...columns].join(", ")})`));
}

export const BELOW_FLOOR = "n<N: fewer samples than this percentile needs, so no number is given";
