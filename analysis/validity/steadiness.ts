import type { StageRows } from "../stageRows.ts";
import { backlogOf } from "./backlog.ts";
import { type IssueBuckets, issueBuckets, requestsNeeded, successes } from "./issueBuckets.ts";
import { plateauMetrics } from "./plateau.ts";
import { rampBuckets } from "./ramp.ts";
import { median, slopeError, theilSen, trendOf } from "./trend.ts";
import type { Steadiness } from "./validity.ts";

/** Chance of a trend or a growth that is none, over all repetitions of a stage. */
const ALPHA = 0.01;
/** Smaller changes over a window do not matter beside the margins of a comparison. */
const LEAST_CHANGE = 0.1;
/** Standard errors that a slope must be away from 0. */
const LEAST_ERRORS = 3;
/** TTFT is volatile: only what nobody would overlook. */
const LEAST_TTFT_CHANGE = 0.25;
/** Median E2E in a window: in a shorter one ups and downs that come and go look like a way. */
const LEAST_IN_TURN = 25;
/** Load beyond what is answered. */
const LEAST_BACKLOG = 0.05;

interface Judged {
  readonly verdict: Steadiness["verdict"];
  readonly reason: string;
  /** When the first request was issued that is no more part of the ramp; null: there was none, or there is no plateau. */
  readonly plateauFromMs: number | null;
}

/**
 * Each repetition is looked at alone, with its share of the chance to be wrong: a drift in one of them is a drift.
 * @param parts one stage of each repetition; none where the harness left no rows
 */
export function steadinessOf(parts: readonly StageRows[]): Steadiness {
  if (parts.length === 0) return { verdict: "unknown", reason: "there are no request rows", plateau: null };
  const judged = parts.map((part) => judge(part, ALPHA / parts.length));
  const worst = worstOf(judged);
  const index = judged.indexOf(worst);
  const which = parts.length > 1 && worst.verdict !== "steady" && worst.verdict !== "unknown";
  const reason = which ? `${worst.reason} (repetition ${index + 1} of ${parts.length})` : worst.reason;
  const froms = judged.map(({ plateauFromMs }) => plateauFromMs);
  const cut = worst.verdict === "steady" && froms.some((from) => from !== null);
  return { verdict: worst.verdict, reason, plateau: cut ? plateauMetrics(parts, froms) : null };
}

/** What some repetition tells for sure outweighs what others cannot tell. */
function worstOf(judged: readonly Judged[]): Judged {
  for (const verdict of ["saturated", "drifting", "steady", "unknown"] as const) {
    const found = judged.find((one) => one.verdict === verdict);
    if (found !== undefined) return found;
  }
  return judged[0] as Judged;
}

function judge(part: StageRows, alpha: number): Judged {
  const good = successes(part);
  const needed = requestsNeeded(part);
  if (good.length < needed) {
    const reason = `${good.length} requests succeeded, a trend needs ${needed}`;
    return { verdict: "unknown", reason, plateauFromMs: null };
  }
  const buckets = issueBuckets(part, good);
  const { load } = part.plan;
  const backlog = load.type === "concurrency" ? null : backlogOf(buckets);
  if (load.type !== "concurrency" && backlog !== null && backlog.share >= LEAST_BACKLOG && backlog.p < alpha) {
    const reason = `requests in flight grow by ${backlog.perSecond.toPrecision(2)} a second where ${load.requestsPerSecond} are sent`;
    return { verdict: "saturated", reason, plateauFromMs: null };
  }
  const inTurn = (part.summary.endMs - part.summary.startMs) / buckets.e2eMs;
  if (inTurn < LEAST_IN_TURN) {
    const reason = `a window holds ${inTurn.toFixed(0)} requests one after the other, a trend needs ${LEAST_IN_TURN}`;
    return { verdict: "unknown", reason, plateauFromMs: null };
  }
  const from = rampBuckets(buckets, load.type);
  const to = busyBuckets(buckets);
  const changes = [
    changeOf(buckets.pace.subarray(from, to), LEAST_CHANGE, alpha, buckets.paceName),
    // In an open loop it follows the queue, which was looked at above.
    load.type === "concurrency" ? changeOf(buckets.ttft.subarray(from, to), ttftChange(buckets), alpha, "TTFT") : null,
  ].filter((reason) => reason !== null);
  if (changes.length > 0) return { verdict: "drifting", reason: changes.join(", "), plateauFromMs: null };
  const plateauFromMs = from === 0 ? null : (buckets.edges[from] as number);
  return { verdict: "steady", reason: steadyReason(buckets, plateauFromMs), plateauFromMs };
}

/**
 * Connections that all began at once fall out of step by and by, and then wait less for each other's prompts: with a
 * constant engine too. A change of TTFT counts where it changes E2E.
 */
function ttftChange({ ttft, e2eMs }: IssueBuckets): number {
  return Math.max(LEAST_TTFT_CHANGE, (LEAST_CHANGE * e2eMs) / median(ttft.slice()));
}

/** After the last requests were issued the server empties: those that saw that are faster than at this load. */
function busyBuckets({ edges, e2eMs }: IssueBuckets): number {
  const [first, last] = [edges[0] as number, edges.at(-1) as number];
  const until = last - Math.min(e2eMs, (last - first) / 4);
  const end = edges.findLastIndex((edge) => edge <= until);
  return Math.max(end, Math.ceil((3 * (edges.length - 1)) / 4));
}

/** null: no change over the window that is large enough to matter and too large for chance. */
function changeOf(values: Float64Array, least: number, alpha: number, name: string): string | null {
  // A bucket without a value: nothing of the kind is known of this stage, or too little.
  if (values.length < 4 || values.some(Number.isNaN)) return null;
  const middle = median(values.slice());
  const slope = theilSen(values);
  const change = (slope * (values.length - 1)) / middle;
  // The bootstrap is what costs time; most stages never come to it.
  if (!(Math.abs(change) >= least) || Math.abs(slope) < LEAST_ERRORS * slopeError(values, slope)) return null;
  if (trendOf(values).p >= alpha) return null;
  return `${name} ${change > 0 ? "rises" : "falls"} by ${(100 * Math.abs(change)).toFixed(0)} % over the window`;
}

function steadyReason({ paceName, edges }: IssueBuckets, plateauFromMs: number | null): string {
  const steady = `no change of ${paceName} over the window that matters`;
  if (plateauFromMs === null) return steady;
  return `${steady}, after a beginning of ${((plateauFromMs - (edges[0] as number)) / 1000).toFixed(1)} s`;
}
