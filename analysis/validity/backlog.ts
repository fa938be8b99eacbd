import type { IssueBuckets } from "./issueBuckets.ts";
import { seededRandom } from "./seededRandom.ts";
import { blockLength, resample, theilSen } from "./trend.ts";

/** Of an open loop: whether more was asked for than was answered. */
export interface Backlog {
  /** Requests in flight more at the end, over those issued meanwhile: the share of the load that is too much. */
  readonly share: number;
  readonly perSecond: number;
  /** Probability of such a growth where as many are answered as are issued. */
  readonly p: number;
}

const RESAMPLES = 1000;

/** Growth after the server has filled. null: the stage is too short for that. */
export function backlogOf({ edges, inFlight, issued, e2eMs, ttft }: IssueBuckets): Backlog | null {
  const last = edges.length - 1;
  const filled = (edges[0] as number) + firstE2e(e2eMs, edges);
  const from = edges.findIndex((edge) => edge >= filled);
  if (from < 0 || last - from < 5) return null;
  const levels = inFlight.subarray(from);
  const steps = levels.length - 1;
  const growth = theilSen(levels) * steps;
  const arrived = (issued[last] as number) - (issued[from] as number);
  const seconds = ((edges[last] as number) - (edges[from] as number)) / 1000;
  const none = { share: growth / arrived, perSecond: growth / seconds, p: 1 };
  // A queue that grows makes the next request wait longer; without that, chance has sent more at the end.
  if (growth <= 0 || !(theilSen(ttft.subarray(from)) > 0 || ttft.some(Number.isNaN))) return none;
  const net = levels.subarray(1).map((level, i) => level - (levels[i] as number));
  const mean = net.reduce((sum, step) => sum + step, 0) / steps;
  const rest = net.map((step) => step - mean);
  const random = seededRandom(steps);
  const series = new Float64Array(steps);
  let beyond = 0;
  for (let i = 0; i < RESAMPLES; i++) {
    resample(rest, series, blockLength(steps), random);
    if (series.reduce((sum, step) => sum + step, 0) >= growth) beyond++;
  }
  return { ...none, p: (beyond + 1) / (RESAMPLES + 1) };
}

/** Past saturation E2E grows with the queue: no more than a third of the stage is taken for filling. */
function firstE2e(e2eMs: number, edges: Float64Array): number {
  return Math.min(e2eMs, ((edges.at(-1) as number) - (edges[0] as number)) / 3);
}
