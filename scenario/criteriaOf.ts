import {
  type ComparisonCriteria,
  type Criteria,
  type PercentileLimits,
  type Slo,
  type SloLatency,
  shippedCriteria,
  sloLatencies,
  sloPercentiles,
} from "./criteria.ts";
import type { Config } from "./schema.ts";
import { UserError } from "./userError.ts";

/** What the stack file judges by, defaults filled in; throws UserError where two limits contradict each other. */
export function criteriaOf({ slo, comparison, cost, prices, harness }: Config, file: string): Criteria {
  const shipped = shippedCriteria;
  if (slo && harness === "nop")
    throw new UserError({
      ...{ key: "slo", value: slo, allowed: null, file },
      reason: "harness nop sends no requests that could meet an objective",
      next: "Remove it, or choose another harness.",
    });
  return {
    slo: slo ? objectives(slo, file) : null,
    comparison: {
      primary: comparison?.primary ?? shipped.comparison.primary,
      // The type of a parsed optional key has undefined in it; no value ever is.
      margins: (comparison?.margins ?? {}) as ComparisonCriteria["margins"],
    },
    cost: {
      extraUsdPerHour: cost?.extraUsdPerHour ?? shipped.cost.extraUsdPerHour,
      requestsPerSecond: cost?.requestsPerSecond ?? null,
      pue: cost?.pue ?? shipped.cost.pue,
      ...(prices ? { prices } : {}),
    },
  };
}

function objectives(slo: NonNullable<Config["slo"]>, file: string): Slo {
  for (const metric of sloLatencies) {
    const limits = slo[metric];
    if (limits === undefined) continue;
    const set = sloPercentiles.flatMap((name) => (limits[name] === undefined ? [] : [{ name, limit: limits[name] }]));
    if (set.length === 0)
      throw new UserError({
        ...{ key: `slo.${metric}`, value: limits, allowed: "p50, p95, p99, in ms", file },
        reason: "it sets no limit",
        next: "Give at least one, or remove it.",
      });
    set.slice(1).forEach(({ name, limit }, index) => {
      const below = set[index]!;
      if (limit < below.limit)
        throw new UserError({
          ...{ key: `slo.${metric}.${name}`, value: limit, allowed: `${below.limit} or more`, file },
          // Whatever meets it meets the wider one too, so one of the two is a slip.
          reason: `it is below slo.${metric}.${below.name}, which is ${below.limit}, and a percentile never falls`,
          next: "Correct one of the two.",
        });
    });
  }
  const limits = (metric: SloLatency) => (slo[metric] ?? {}) as PercentileLimits;
  return {
    ...{ ttftMs: limits("ttftMs"), tpotMs: limits("tpotMs"), itlMs: limits("itlMs"), e2eMs: limits("e2eMs") },
    minRequestsPerSecond: slo.minRequestsPerSecond ?? null,
    minOutputTokensPerSecond: slo.minOutputTokensPerSecond ?? null,
    maxErrorRate: slo.maxErrorRate ?? null,
  };
}
