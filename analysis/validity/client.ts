import type { StageAnalysis } from "../analysis.ts";
import { countsFromSending } from "../definitionsByHarness.ts";
import { loadNames } from "../loadName.ts";
import { ofLoads } from "./finding.ts";
import { CPU_LIMIT, clientBound } from "./idleServer.ts";
import type { Finding } from "./validity.ts";

/** Late stamps of this size are no longer small beside the gap between two tokens. */
const LAG_LIMIT_MS = 10;
/** From this share of the TTFT on, lateness is as large as the smallest change of latency that matters. */
const LAG_SHARE = 0.1;

/** A quantity that is too large at some loads; said once for all of them, with the worst value. */
interface Limit {
  readonly limit: number;
  readonly of: (stage: StageAnalysis) => number | null;
  readonly suspect: (stage: StageAnalysis, value: number) => boolean;
  readonly text: (loads: string, worst: number, over: readonly StageAnalysis[]) => string;
}

const limits: readonly Limit[] = [
  {
    limit: CPU_LIMIT,
    of: ({ pooled }) => pooled.client.cpu,
    suspect: () => true,
    text: (loads, worst) =>
      `the load generator may have been the bottleneck at ${loads}: it used up to ${worst.toFixed(2)} of one core`,
  },
  {
    limit: LAG_LIMIT_MS,
    of: ({ pooled }) => pooled.client.eventLoopLagP99Ms,
    suspect: mattersToTtft,
    text: (loads, worst) =>
      `the load generator was late at ${loads}: its event loop lagged by up to ${worst.toFixed(1)} ms at p99, and latencies are too high by up to that`,
  },
  {
    limit: LAG_LIMIT_MS,
    of: ({ pooled, loadType }) => (loadType === "concurrency" ? null : pooled.client.dispatchLagP99Ms),
    suspect: (stage, lagMs) => countsFromSending(stage.taken) || mattersToTtft(stage, lagMs),
    text: (loads, worst, over) =>
      `requests left late at ${loads}: up to ${worst.toFixed(1)} ms after their intended time at p99; ` +
      (over.some(({ taken }) => countsFromSending(taken))
        ? "latencies leave it out, and the load that arrived was smaller than its name says"
        : "latencies include it"),
  },
];

/** Was it the generator that was measured? */
export function clientFindings(stages: readonly StageAnalysis[]): Finding[] {
  return [...clientBound(stages), ...limits.flatMap((limit) => limitFinding(limit, stages)), ...unwatched(stages)];
}

/** Most harnesses do not watch themselves: that nothing was found is then no finding. */
function unwatched(stages: readonly StageAnalysis[]): Finding[] {
  const silent = stages.filter(({ pooled: { client } }) => Object.values(client).every((value) => value === null));
  if (silent.length === 0) return [];
  const text = `whether the load generator kept up is not known at ${loadNames(silent)}: it did not record its CPU or its lags`;
  return [ofLoads("client", "note", silent, text)];
}

function limitFinding({ limit, of, suspect, text }: Limit, stages: readonly StageAnalysis[]): Finding[] {
  const over = stages.filter((stage) => (of(stage) ?? 0) > limit);
  if (over.length === 0) return [];
  const severity = over.some((stage) => suspect(stage, of(stage) ?? 0)) ? "suspect" : "note";
  const worst = Math.max(...over.map((stage) => of(stage) ?? 0));
  return [ofLoads("client", severity, over, text(loadNames(over), worst, over))];
}

/** Where no TTFT is known, whatever is late counts. */
function mattersToTtft({ pooled: { ttftMs } }: StageAnalysis, lagMs: number): boolean {
  const typical = ttftMs.p50.value ?? ttftMs.mean.value;
  return typical === null || lagMs > LAG_SHARE * typical;
}
