import type { LoadType } from "../analysis.ts";
import type { IssueBuckets } from "./issueBuckets.ts";
import { median } from "./trend.ts";

/** Share of the median, and robust standard deviations, by which a settled value may be off; the larger one holds. */
interface Band {
  readonly share: number;
  readonly deviations: number;
}

const paceBand: Band = { share: 0.1, deviations: 4 };
/** TTFT and requests in flight go up and down by much more; only what stands out by far is a beginning. */
const wideBand: Band = { share: 0.5, deviations: 5 };

/**
 * Buckets at the beginning that are not yet like the second half: in a closed loop all connections start at once and their
 * prompts queue; in an open loop the server fills. At most half; a series that is not settled by then is a trend.
 */
export function rampBuckets({ pace, ttft, inFlight }: IssueBuckets, loadType: LoadType): number {
  const fill =
    loadType === "concurrency" ? outside(ttft, wideBand) : outside(inFlight.subarray(0, pace.length), wideBand);
  return Math.max(outside(pace, paceBand), fill);
}

function outside(values: Float64Array, { share, deviations }: Band): number {
  const half = Math.floor(values.length / 2);
  const settled = values.slice(half).filter((value) => !Number.isNaN(value));
  if (settled.length === 0) return 0;
  const middle = median(settled.slice());
  // 1.4826 makes of the median deviation the standard one of a normal distribution.
  const deviation = 1.4826 * median(settled.map((value) => Math.abs(value - middle)));
  const band = Math.max(share * middle, deviations * deviation);
  let cut = 0;
  while (cut < half && Math.abs((values[cut] as number) - middle) > band) cut++;
  return cut;
}
