import type { Measured, StageMetrics, Summary } from "../analysis.ts";
import { failuresUnknown } from "../failures.ts";
import type { ReportResults, Statistic, Unit } from "./reportDocument.ts";

/**
 * Results of one stage; what is not known is left out.
 * @param engineLabel of the component that the cache hit rate belongs to; null: there is none to name
 * @param images in each request; null: not known, or none
 */
export function reportResults(metrics: StageMetrics, engineLabel: string | null, images: number | null): ReportResults {
  const { sent, outcomes } = metrics;
  const failures = sent - outcomes.ok - outcomes.cancelled;
  const ended = failuresUnknown(metrics) === null ? { failures, incomplete: outcomes.cancelled } : {};
  const counted = [sent, failures, outcomes.cancelled].every((count) => Number.isInteger(count) && count >= 0);
  const latency = present({
    time_to_first_token: summary(metrics.ttftMs, "ms"),
    time_per_output_token: summary(metrics.tpotMs, "ms/token"),
    inter_token_latency: summary(metrics.itlMs, "ms/token"),
    normalized_time_per_output_token: summary(metrics.ntpotMs, "ms/token"),
    request_latency: summary(metrics.e2eMs, "ms"),
  });
  const throughput = present({
    input_token_rate: rate(metrics.inputTokensPerSecond, "tokens/s"),
    output_token_rate: rate(metrics.outputTokensPerSecond, "tokens/s"),
    total_token_rate: rate(metrics.totalTokensPerSecond, "tokens/s"),
    request_rate: rate(metrics.requestsPerSecond, "queries/s"),
  });
  const lengths = present({
    input_length: summary(metrics.inputTokens, "count"),
    output_length: summary(metrics.outputTokens, "count"),
  });
  const media =
    images === null
      ? {}
      : { multimodal: { image: { count: { units: "count" as const, mean: images, min: images, max: images } } } };
  const cached = rate(metrics.cachedShare, "fraction");
  return {
    request_performance: {
      aggregate: {
        ...(counted ? { requests: { total: sent, ...ended, ...lengths, ...media } } : {}),
        ...(latency === null ? {} : { latency }),
        ...(throughput === null ? {} : { throughput }),
      },
    },
    ...(cached === null || engineLabel === null
      ? {}
      : {
          observability: { components: [{ component_label: engineLabel, aggregate: { cache_hit_rate: cached } }] },
        }),
  };
}

const positions = ["min", "p5", "p25", "p50", "p75", "p90", "p95", "p99", "max"] as const;

function summary(of: Summary, units: Unit): Statistic | null {
  const mean = finite(of.mean);
  if (mean === null) return null;
  const known = positions.flatMap((name): [string, number][] => {
    const value = finite(of[name]);
    return value === null ? [] : [[name, value]];
  });
  return { units, mean, ...Object.fromEntries(known) };
}

function rate(measured: Measured, units: Unit): Statistic | null {
  const mean = finite(measured);
  return mean === null ? null : { units, mean };
}

/** An infinity would be a number to the model and nonsense to its readers. */
function finite({ value }: Measured): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function present(statistics: Readonly<Record<string, Statistic | null>>): Record<string, Statistic> | null {
  const known = Object.entries(statistics).filter((entry): entry is [string, Statistic] => entry[1] !== null);
  return known.length === 0 ? null : Object.fromEntries(known);
}
