import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type ServerMetricsLine, serverMetricsFile } from "../../../harness/recordFormat.ts";
import type { ClusterCheckout } from "./clusterCheckout.ts";

/** A page of metrics that a run has recorded. */
export interface RecordedPage {
  /** Address of the pod, with the port that was asked. */
  readonly source: string;
  readonly text: string;
}

/** All pages of a run, in the order in which they were asked for; what did not answer is left out. */
export function metricsPages(checkout: ClusterCheckout, stack: string, run: string): RecordedPage[] {
  const file = join(checkout.results, stack, run, "results", serverMetricsFile);
  const [, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as ServerMetricsLine)
    .flatMap(({ url, address, text }) => (text === undefined ? [] : [{ source: `${address} ${url}`, text }]));
}

/** Sum of a metric over its labels on a page; 0 where the page has none. */
export function sumOf(page: RecordedPage, metric: string): number {
  const lines = page.text.split("\n").filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
