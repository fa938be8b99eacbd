import { collect, e2e, ttft } from "./metrics.ts";
import type { StageRows } from "./stageRows.ts";

/** [ms, share of requests that took longer]: the complementary distribution, from 1 down to two requests. */
export type TailPoint = readonly [ms: number, share: number];

export interface Tail {
  readonly ttftMs: readonly TailPoint[];
  readonly e2eMs: readonly TailPoint[];
}

/** Even steps of the logarithm: p50 and p99.9 get as many points. */
const POINTS = 48;

/** null without request rows. A failed request is longer than any time, unless the harness cannot tell how many failed. */
export function tailOf(parts: readonly StageRows[]): Tail | null {
  if (parts.length === 0) return null;
  const failuresToo = parts.every(({ failuresUnknown }) => failuresUnknown === null);
  return {
    ttftMs: tailPoints(collect(parts, ttft, failuresToo)),
    e2eMs: tailPoints(collect(parts, e2e, failuresToo)),
  };
}

/** Sorts in place. Ends where fewer than two values are beyond: one alone says nothing of the share beyond it. */
export function tailPoints(values: Float64Array): TailPoint[] {
  const n = values.length;
  if (n < 2) return [];
  values.sort();
  const points: TailPoint[] = [];
  let last = -1;
  for (let i = 0; i < POINTS; i++) {
    const beyond = Math.round(n * (2 / n) ** (i / (POINTS - 1)));
    const rank = n - beyond;
    const value = values[rank] as number;
    if (!Number.isFinite(value)) break;
    if (rank === last) continue;
    points.push([Number(value.toPrecision(6)), beyond / n]);
    last = rank;
  }
  return points;
}
