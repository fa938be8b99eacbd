import { type HarnessPlan, mostMetricsUrls } from "../plan.ts";
import { PlanError } from "../planError.ts";

/** What is asked for metrics: what the plan names, else the target's own origin; none where the plan says null. */
export function metricsUrls({ metrics, target }: Pick<HarnessPlan, "metrics" | "target">): readonly string[] {
  if (metrics === null) return [];
  return metrics?.urls ?? [`${new URL(target.baseUrl).origin}/metrics`];
}

/** @throws PlanError */
export function checkMetrics(value: unknown): void {
  if (value === null || value === undefined) return;
  const urls = (value as { urls?: unknown }).urls;
  const other = Object.keys(value).find((key) => key !== "urls");
  if (other !== undefined)
    throw new PlanError(`metrics.${other}`, (value as Record<string, unknown>)[other], "only urls");
  if (!Array.isArray(urls) || urls.length === 0 || urls.length > mostMetricsUrls) {
    throw new PlanError("metrics.urls", urls, `a list of 1 to ${mostMetricsUrls} URLs, or metrics null for none`);
  }
  urls.forEach((given: unknown, i) => {
    const url = typeof given === "string" ? URL.parse(given) : null;
    if (url === null || !["http:", "https:"].includes(url.protocol)) {
      throw new PlanError(
        `metrics.urls[${i}]`,
        given,
        'a URL with http:// or https://, e.g. "http://epp:9090/metrics"',
      );
    }
    if (url.username !== "" || url.password !== "") {
      // The value is not shown: it holds a secret.
      throw new PlanError(`metrics.urls[${i}]`, "(hidden)", "a URL without user and password");
    }
  });
}
