import { percentile, ranked } from "../percentile.ts";
import { closedLoopThroughput, exponentialTimes, lognormalTimes, openLoopTimes, type Times } from "./simulatedQueue.ts";

/** Two simulated systems of which it is known which one is faster, and by how much. */
export interface Case {
  readonly name: string;
  readonly metric: "requestsPerSecond" | "e2eP50Ms" | "e2eP95Ms";
  /** Candidate over baseline, of what is measured. */
  readonly truth: number;
  readonly candidate: (random: () => number) => number;
  readonly baseline: (random: () => number) => number;
}

const even = lognormalTimes(0.4, 11);
const uneven = lognormalTimes(0.8, 12);
const gaps = exponentialTimes(13);

const throughput =
  (service: Times, slowdown = 1) =>
  (random: () => number) =>
    closedLoopThroughput(random, service, { connections: 8, window: 100, slowdown });
const latency = (p: number, load: number) => (random: () => number) =>
  percentile(ranked(openLoopTimes(random, even, gaps, { servers: 4, load, requests: 300 })), p);

const equal = (name: string, metric: Case["metric"], measure: Case["candidate"]): Case => ({
  ...{ name, metric, truth: 1, candidate: measure, baseline: measure },
});

/** Of each the interval must cover the truth, and must not be taken for a difference. */
export const equalSystems: readonly Case[] = [
  equal("throughput, closed loop, equal", "requestsPerSecond", throughput(even)),
  {
    ...equal("throughput, equal means, twice the spread", "requestsPerSecond", throughput(even)),
    candidate: throughput(uneven),
  },
  equal("E2E p50, open loop at 70 %, equal", "e2eP50Ms", latency(0.5, 0.7)),
  equal("E2E p95, open loop at 80 %, equal", "e2eP95Ms", latency(0.95, 0.8)),
];

/** Exactly as far apart as begins to matter: where false alarms at the shipped margin are most likely. */
export const atMargin: Case = {
  ...equal("throughput, slower by the margin itself", "requestsPerSecond", throughput(even)),
  truth: 1 / 1.05,
  candidate: throughput(even, 1.05),
};

/** Must be found. */
export const different: Case = {
  ...equal("throughput, 15 % slower", "requestsPerSecond", throughput(even)),
  truth: 1 / 1.15,
  candidate: throughput(even, 1.15),
};
