import { flags, type Outcome, outcomes } from "../harness/recordFormat.ts";
import type { Measured, StageMetrics, Summary } from "./analysis.ts";
import { mergeSketches, SketchView } from "./itlSketch.ts";
import { summarise, summariseRanked } from "./percentile.ts";
import type { StageRows } from "./stageRows.ts";
import { windowWork } from "./throughput.ts";

const OK = outcomes.indexOf("ok");
const CANCELLED = outcomes.indexOf("cancelled");
/** The reason of every value of a stage without a single request: all of it is said by the stage's own warning. */
export const NOT_RUN = "the stage did not run";
const NO_SUCCESS = "no successful request";
const NOT_STREAMED = "answers were not streamed";

/** Values of one request; NaN where it has none. Definitions: docs/metrics.md. */
export type Formula = (stage: StageRows, row: number) => number;

/** An open loop measures from the intended time: a late send is the server's queue pushed back into the client. */
const begin: Formula = ({ columns, plan }, row) =>
  (plan.load.type === "concurrency" ? columns.sentMs[row] : columns.scheduledMs[row]) as number;
const tokens: Formula = ({ columns }, row) => {
  const n = columns.outputTokens[row] as number;
  return n > 0 ? n : Number.NaN;
};
export const ttft: Formula = (stage, row) => (stage.columns.firstTokenMs[row] as number) - begin(stage, row);
export const e2e: Formula = (stage, row) => (stage.columns.endMs[row] as number) - begin(stage, row);
const generation: Formula = ({ columns }, row) =>
  (columns.endMs[row] as number) - (columns.firstTokenMs[row] as number);
export const tpot: Formula = (stage, row) => {
  const n = tokens(stage, row);
  const { columns } = stage;
  return n > 1 ? ((columns.lastTokenMs[row] as number) - (columns.firstTokenMs[row] as number)) / (n - 1) : Number.NaN;
};
const ntpot: Formula = (stage, row) => e2e(stage, row) / tokens(stage, row);
const tokenRate: Formula = (stage, row) => (1000 * tokens(stage, row)) / e2e(stage, row);
const promptTokens: Formula = ({ columns }, row) => {
  const n = columns.promptTokens[row] as number;
  return n >= 0 ? n : Number.NaN;
};

/** Metrics of the requests of all `parts` together: one stage of one repetition, or of all of them. */
export function stageMetrics(parts: readonly StageRows[]): StageMetrics {
  const counts = countOutcomes(parts);
  const sent = outcomes.reduce((sum, name) => sum + counts[name], 0);
  const failed = sent - counts.ok - counts.cancelled;
  const judged = sent - counts.cancelled;
  const unknown = parts.find(({ failuresUnknown }) => failuresUnknown !== null)?.failuresUnknown ?? null;
  const failedText = `${((100 * failed) / judged).toFixed(1)} % failed`;
  const noAnswer = sent === 0 ? NOT_RUN : NO_SUCCESS;
  const noTimes = counts.ok === 0 ? noAnswer : NOT_STREAMED;
  const of = (formula: Formula, whenEmpty: string) => summarise(collect(parts, formula, false), { whenEmpty });
  const adjusted = (formula: Formula, whenEmpty: string) =>
    unknown === null
      ? summarise(collect(parts, formula, true), { whenEmpty, whenUnbounded: `unbounded (${failedText})` })
      : summarise(new Float64Array(0), { whenEmpty: unknown });
  return {
    sent,
    outcomes: counts,
    failureRate:
      unknown === null && judged > 0
        ? { value: failed / judged }
        : { value: null, reason: sent === 0 ? NOT_RUN : (unknown ?? "every request was cancelled") },
    ...rates(parts, counts.ok, noAnswer),
    ttftMs: of(ttft, noTimes),
    tpotMs: of(tpot, counts.ok > 0 && parts.some(isStreamed) ? "every answer had one token" : noTimes),
    itlMs: itl(parts, counts.ok === 0 ? noAnswer : null),
    e2eMs: of(e2e, noAnswer),
    ntpotMs: of(ntpot, noAnswer),
    generationMs: of(generation, noTimes),
    requestTokenRate: of(tokenRate, noAnswer),
    adjustedTtftMs: adjusted(ttft, noTimes),
    adjustedE2eMs: adjusted(e2e, noAnswer),
    inputTokens: of(promptTokens, counts.ok === 0 ? noAnswer : "the server reported no usage"),
    outputTokens: of(tokens, noAnswer),
    cachedShare: cachedShare(parts, counts.ok === 0 ? noAnswer : null),
    client: {
      cpu: worst(parts.map(({ summary }) => summary.client?.cpu ?? null)),
      eventLoopLagP99Ms: worst(parts.map(({ summary }) => summary.client?.eventLoopLagP99Ms ?? null)),
      dispatchLagP99Ms: worst(parts.map(({ summary }) => summary.client?.dispatchLagP99Ms ?? null)),
    },
  };
}

function countOutcomes(parts: readonly StageRows[]): Record<Outcome, number> {
  const counts = new Float64Array(outcomes.length);
  for (const { columns, rows } of parts) {
    for (let i = 0; i < rows.length; i++) (counts[columns.outcome[rows[i] as number] as number] as number)++;
  }
  return Object.fromEntries(outcomes.map((name, i) => [name, counts[i]])) as Record<Outcome, number>;
}

/** Values of successful requests; with `failuresToo`, a failed request is +Infinity. Cancelled ones are neither. */
export function collect(parts: readonly StageRows[], formula: Formula, failuresToo: boolean): Float64Array {
  const values = new Float64Array(parts.reduce((sum, { rows }) => sum + rows.length, 0));
  let count = 0;
  for (const part of parts) {
    for (let i = 0; i < part.rows.length; i++) {
      const row = part.rows[i] as number;
      const outcome = part.columns.outcome[row];
      if (outcome === OK) {
        const value = formula(part, row);
        if (!Number.isNaN(value)) values[count++] = value;
      } else if (failuresToo && outcome !== CANCELLED) {
        values[count++] = Number.POSITIVE_INFINITY;
      }
    }
  }
  return values.subarray(0, count);
}

function isStreamed({ columns, rows }: StageRows): boolean {
  return rows.some((row) => ((columns.flags[row] as number) & flags.streamed) !== 0);
}

type Rates = Pick<
  StageMetrics,
  "windowSeconds" | "requestsPerSecond" | "outputTokensPerSecond" | "inputTokensPerSecond" | "totalTokensPerSecond"
>;

function rates(parts: readonly StageRows[], ok: number, noAnswer: string): Rates {
  const work = parts.map(windowWork);
  const total = (key: keyof (typeof work)[number]) => work.reduce((sum, part) => sum + part[key], 0);
  const windowSeconds = total("windowMs") / 1000;
  const nothing =
    ok === 0
      ? noAnswer
      : windowSeconds > 0
        ? null
        : "all requests were sent at once, so there is no window: ask for more requests than the concurrency";
  const rate = (amount: number): Measured =>
    nothing === null ? { value: amount / windowSeconds } : { value: null, reason: nothing };
  const unknownInput = missingPromptTokens(parts);
  const input = (amount: number): Measured =>
    unknownInput > 0 && nothing === null
      ? { value: null, reason: `the server reported no usage for ${unknownInput} of ${ok} answers` }
      : rate(amount);
  return {
    windowSeconds,
    requestsPerSecond: rate(total("requests")),
    outputTokensPerSecond: rate(total("outputTokens")),
    inputTokensPerSecond: input(total("inputTokens")),
    totalTokensPerSecond: input(total("inputTokens") + total("outputTokens")),
  };
}

function missingPromptTokens(parts: readonly StageRows[]): number {
  let missing = 0;
  for (const { columns, rows } of parts) {
    for (const row of rows) if (columns.outcome[row] === OK && (columns.promptTokens[row] as number) < 0) missing++;
  }
  return missing;
}

function itl(parts: readonly StageRows[], noAnswer: string | null): Summary {
  const sketches = parts.map((part) => part.itl).filter((sketch) => sketch !== null);
  const view = new SketchView(mergeSketches(sketches));
  const noGaps = sketches.length === 0 ? "the harness kept no token arrivals" : "no answer had two token events";
  return summariseRanked(view, view.meanMs, { whenEmpty: noAnswer ?? noGaps });
}

function cachedShare(parts: readonly StageRows[], noAnswer: string | null): Measured {
  let cached = 0;
  let prompt = 0;
  for (const { columns, rows } of parts) {
    for (const row of rows) {
      if (columns.outcome[row] !== OK || (columns.cachedTokens[row] as number) < 0) continue;
      cached += columns.cachedTokens[row] as number;
      prompt += Math.max(0, columns.promptTokens[row] as number);
    }
  }
  if (prompt > 0) return { value: cached / prompt };
  return { value: null, reason: noAnswer ?? "the server reported no cached tokens" };
}

function worst(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return known.length === 0 ? null : Math.max(...known);
}
