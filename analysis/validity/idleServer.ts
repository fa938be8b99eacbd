import type { StageAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import { ofLoads } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** Above this the generator, one event loop on one core, is about to become the bottleneck. */
export const CPU_LIMIT = 0.9;
/** A generator that sends less than this share of what it was to send does not make the load that the axis says. */
const ACHIEVED = 0.95;
/** Mean of requests waiting in the server below which its queue counts as empty. */
const EMPTY_QUEUE = 0.05;

/**
 * The load did not arrive although the server had nothing waiting: what limited it stands before the server. INVALID
 * where it is surely our generator, whose core was full; else a proxy or a limit of the network may be it.
 */
export function clientBound(stages: readonly StageAnalysis[]): Finding[] {
  const bound = stages.filter((stage) => queueIsEmpty(stage) && shortOfLoad(stage));
  const ours = bound.filter(({ pooled }) => (pooled.client.cpu ?? 0) > CPU_LIMIT);
  // A few samples of a gauge are no proof in a closed loop, where connections are without a request now and then.
  const others = bound.filter((stage) => !ours.includes(stage) && stage.loadType !== "concurrency");
  return [
    ...(ours.length === 0
      ? []
      : [
          ofLoads(
            "client",
            "invalid",
            ours,
            `the load generator was the bottleneck at ${loadNames(ours)}: its core was full and the server's queue empty; the engine could have done more`,
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          ofLoads(
            "client",
            "suspect",
            others,
            `less than ${100 * ACHIEVED} % of the load reached the server at ${loadNames(others)}, and its queue was empty: something before it held requests back`,
          ),
        ]),
  ];
}

function queueIsEmpty({ server }: StageAnalysis): boolean {
  const waiting = server?.waiting.mean.value ?? null;
  return waiting !== null && waiting < EMPTY_QUEUE;
}

/** Open loop: requests sent against the schedule, less what chance explains. Closed loop: requests that the server held. */
function shortOfLoad({ loadType, load, pooled, server, repetitions }: StageAnalysis): boolean {
  if (loadType === "concurrency") {
    const running = server?.running.mean.value ?? null;
    return running !== null && running < (1 - 2 * (1 - ACHIEVED)) * load;
  }
  if (pooled.windowSeconds === null) return false;
  const due = load * pooled.windowSeconds;
  const chance = loadType === "poisson" ? 3 * Math.sqrt(due) : repetitions.length;
  return pooled.sent < ACHIEVED * due - chance;
}
