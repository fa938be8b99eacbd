import betaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import { comparedMetrics } from "../comparison/comparedMetrics.ts";
import { verdictOf } from "../comparison/judge.ts";
import { ratioInterval } from "../statistics.ts";
import type { Case } from "./cases.ts";
import { seeded } from "./simulatedQueue.ts";

/** How often the product's own interval and verdict were right, as shares of all trials. */
export interface Measured {
  readonly trials: number;
  /** The interval left the truth out: at zero margin a false alarm where the systems are equal. */
  readonly missed: number;
  /** One-sided, 99 %: the true share of misses is below it. */
  readonly missedBelow: number;
  /** Verdicts by the shipped margin. */
  readonly better: number;
  readonly worse: number;
  readonly same: number;
}

/** A side of a comparison as it is shipped: five repetitions. */
export const REPETITIONS = 5;

/** Each trial is one comparison of two systems, as the product makes it. */
export function measure({ candidate, baseline, metric, truth }: Case, trials: number, seed: number): Measured {
  const random = seeded(seed);
  const compared = comparedMetrics.find(({ key }) => key === metric)!;
  const side = (system: Case["candidate"]) => Array.from({ length: REPETITIONS }, () => system(random));
  let missed = 0;
  const verdicts = { better: 0, worse: 0, same: 0, inconclusive: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const interval = ratioInterval(side(candidate), side(baseline))!;
    if (interval.low > truth || interval.high < truth) missed++;
    verdicts[verdictOf(interval, compared)]++;
  }
  return {
    trials,
    missed: missed / trials,
    missedBelow: upperBound(missed, trials),
    better: verdicts.better / trials,
    worse: verdicts.worse / trials,
    same: verdicts.same / trials,
  };
}

/** Clopper and Pearson: the share above which so few successes would come in less than 1 % of cases. */
export function upperBound(successes: number, trials: number): number {
  return successes === trials ? 1 : betaQuantile(0.99, successes + 1, trials - successes);
}
