import type { StageMetrics, SystemAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import type { GateCheck } from "./gate.ts";
import { pairStages } from "./pairs.ts";

/** The smallest rise of the share of failed requests that matters: half a percentage point. */
const MARGIN = 0.005;
/** Two-sided 95 %. */
const Z = 1.96;

/** More failed requests than before are a regression of their own: an engine that drops requests is fast with the others. */
export function failureCheck(base: SystemAnalysis, mine: SystemAnalysis): GateCheck[] {
  const common = { kind: "failures", name: "failed requests" } as const;
  const compared = pairStages(base, mine).flatMap(({ base: theirs, mine: stage }) => {
    const [before, now] = [theirs && share(theirs.pooled), share(stage.pooled)];
    return before === null || now === null ? [] : [{ stage, before, now, rise: riseOf(before, now) }];
  });
  if (compared.length === 0) return [];
  const risen = compared.filter(({ rise }) => rise.low > MARGIN);
  const named = risen.length > 0 ? risen : compared.filter(({ rise }) => rise.difference > MARGIN);
  if (named.length === 0) return [{ ...common, outcome: "pass", text: "no load has more failed requests than before" }];
  const worst = named.reduce((a, b) => (b.rise.difference > a.rise.difference ? b : a));
  const text =
    `${percent(worst.before)} -> ${percent(worst.now)} of requests failed at ${loadNames([worst.stage])}` +
    `${named.length > 1 ? `, and more than before at ${loadNames(named.filter((one) => one !== worst).map(({ stage }) => stage))}` : ""}`;
  if (risen.length > 0) return [{ ...common, outcome: "fail", text }];
  return [{ ...common, outcome: "warning", text: `${text}; too few requests to tell it from chance` }];
}

export interface Share {
  readonly failed: number;
  readonly of: number;
}

function share({ failureRate, sent, outcomes }: StageMetrics): Share | null {
  const of = sent - outcomes.cancelled;
  return failureRate.value === null || of <= 0 ? null : { failed: failureRate.value * of, of };
}

/**
 * Difference of two shares and the lower end of its interval, by Newcombe from Wilson's intervals of each: the plain normal
 * one has no width where nothing failed before, and would call the first failure proof.
 */
export function riseOf(before: Share, now: Share): { readonly difference: number; readonly low: number } {
  const [p, q] = [before.failed / before.of, now.failed / now.of];
  const low = Math.hypot(q - wilson(now).low, wilson(before).high - p);
  return { difference: q - p, low: q - p - low };
}

function wilson({ failed, of: n }: Share): { low: number; high: number } {
  const p = failed / n;
  const centre = (p + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2))) / (1 + Z ** 2 / n);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

function percent({ failed, of }: Share): string {
  return `${((100 * failed) / of).toFixed(1)} %`;
}
