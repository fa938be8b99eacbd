import type { Load, Stage } from "./plan.ts";
import { purposes, streamKey, uniform } from "./random.ts";

type OpenLoad = Exclude<Load, { type: "concurrency" }>;

/** Intended send times in ms from the stage's start, ascending, the first at 0. */
export interface Schedule {
  readonly timesMs: Float64Array;
  /** Realised coefficient of variation of the gaps: 0 for constant, about 1 for Poisson. null with fewer than two gaps. */
  readonly gapCv: number | null;
}

/**
 * The whole stage, drawn before it starts from one stream: drawing gaps while running, or in several processes with one
 * seed each, gives correlated or drifting arrivals (seen in three other generators).
 *
 * The gaps are scaled so that their mean is exactly 1/rate: what remains of a Poisson process is its spread, not the
 * luck of its rate, and two stages at one rate offer the same load. A stage of T seconds holds rate x T requests.
 */
export function schedule(load: OpenLoad, stop: Stage["stop"], seed: number, stage: number): Schedule {
  const meanGapMs = 1000 / load.requestsPerSecond;
  const count = "requests" in stop ? stop.requests : Math.max(1, Math.round(load.requestsPerSecond * stop.seconds));
  const timesMs = new Float64Array(count);
  if (load.type === "constant") {
    for (let i = 0; i < count; i++) timesMs[i] = i * meanGapMs;
    return { timesMs, gapCv: gapCv(timesMs) };
  }
  const key = streamKey(seed, stage, purposes.arrival);
  for (let i = 1; i < count; i++) timesMs[i] = timesMs[i - 1]! - Math.log(1 - uniform(key, i));
  const scale = count > 1 ? ((count - 1) * meanGapMs) / timesMs[count - 1]! : 0;
  for (let i = 1; i < count; i++) timesMs[i] = timesMs[i]! * scale;
  return { timesMs, gapCv: gapCv(timesMs) };
}

function gapCv(timesMs: Float64Array): number | null {
  const gaps = timesMs.length - 1;
  if (gaps < 2) return null;
  const mean = (timesMs[gaps]! - timesMs[0]!) / gaps;
  let squares = 0;
  for (let i = 1; i <= gaps; i++) squares += (timesMs[i]! - timesMs[i - 1]! - mean) ** 2;
  return Math.sqrt(squares / gaps) / mean;
}
