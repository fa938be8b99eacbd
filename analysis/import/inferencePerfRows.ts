import { causeKey, mostFrequent } from "../errorCauses.ts";
import { addGap, newSketch } from "../itlSketch.ts";
import type { ErrorCount } from "../run.ts";
import { type LifecycleRow, lifecycleRow } from "./inferencePerfRow.ts";
import { readJsonElements } from "./jsonElements.ts";
import { NumberList } from "./numberList.ts";
import { RowCollector } from "./rowCollector.ts";

const MAX_CAUSES = 10_000;
const NOT_MEASURED = -1;

/** What one reading of per_request_lifecycle_metrics.json gave. */
export interface RowsRead {
  readonly rows: RowCollector;
  readonly itl: readonly Float64Array[];
  readonly errors: readonly ErrorCount[];
  /** Elements of the file, with those that have no times. */
  readonly total: number;
  readonly withoutTimes: number;
  readonly odd: number;
  /** Prompts that only the client's tokenizer counted. */
  readonly promptsByClient: number;
  /** Rows of 0.4 or older, see `LifecycleRow.everyStamped`. */
  readonly everyStamped: number;
  readonly cut: string | null;
  /** Rows that belong to no stage. */
  readonly beyond: number;
  /** As long as its rows are all there, each stage's own report must say the same. */
  readonly spans: readonly Span[];
}

/** Of one stage's rows, in seconds of the tool's clock. */
export interface Span {
  count: number;
  firstStart: number;
  lastStart: number;
  lastEnd: number;
}

/** @param stageOf index of an element in the file -> index of its stage; -1: of none */
export async function readRows(file: string, stages: number, stageOf: (index: number) => number): Promise<RowsRead> {
  const rows = new RowCollector();
  const itl = Array.from({ length: stages }, newSketch);
  const spans = Array.from({ length: stages }, (): Span => {
    return {
      count: 0,
      firstStart: Number.POSITIVE_INFINITY,
      lastStart: Number.NEGATIVE_INFINITY,
      lastEnd: Number.NEGATIVE_INFINITY,
    };
  });
  const causes = new Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>();
  const tally = { total: 0, withoutTimes: 0, odd: 0, promptsByClient: 0, everyStamped: 0, beyond: 0 };
  const { cut } = await readJsonElements(file, [[]], (element) => {
    const stage = stageOf(tally.total++);
    const row = lifecycleRow(element);
    if (row === null) tally.withoutTimes++;
    else if (stage === NOT_MEASURED) tally.beyond++;
    else {
      addRow(rows, row, stage);
      addSpan(spans[stage] as Span, row);
      addGaps(itl[stage] as Float64Array, row);
      addError(causes, row, stage);
      if (row.odd) tally.odd++;
      if (row.everyStamped) tally.everyStamped++;
      if (row.promptTokens >= 0 && !row.promptFromUsage) tally.promptsByClient++;
    }
  });
  const errors = mostFrequent([...causes.values()], ({ stage, outcome }) => `${stage} ${outcome}`);
  return { rows, itl, errors, ...tally, cut, spans };
}

/** Start times of all elements in file order, NaN where there is none: for the second try at telling stages apart. */
export async function readStarts(file: string): Promise<NumberList> {
  const starts = new NumberList();
  await readJsonElements(file, [[]], (element) => starts.push(lifecycleRow(element)?.sentMs ?? Number.NaN));
  return starts;
}

function addRow(rows: RowCollector, row: LifecycleRow, stage: number): void {
  const { tokenMs } = row;
  rows.add({
    stage,
    outcome: row.outcome,
    streamed: row.streamed,
    outputFromUsage: row.outputFromUsage,
    // The file does not keep the intended time.
    scheduledMs: row.sentMs,
    sentMs: row.sentMs,
    firstTokenMs: tokenMs[0] ?? Number.NaN,
    lastTokenMs: tokenMs.at(-1) ?? Number.NaN,
    endMs: row.endMs,
    promptTokensAsked: -1,
    outputTokensAsked: row.outputTokensAsked,
    promptTokens: row.promptTokens,
    outputTokens: row.outputTokens,
    cachedTokens: row.cachedTokens,
    events: row.everyStamped ? 0 : tokenMs.length,
    status: row.status,
  });
}

function addSpan(span: Span, { sentMs, endMs }: LifecycleRow): void {
  span.count++;
  span.firstStart = Math.min(span.firstStart, sentMs / 1000);
  span.lastStart = Math.max(span.lastStart, sentMs / 1000);
  span.lastEnd = Math.max(span.lastEnd, endMs / 1000);
}

function addGaps(sketch: Float64Array, { tokenMs, outcome, everyStamped }: LifecycleRow): void {
  if (outcome !== "ok" || everyStamped) return;
  for (let i = 1; i < tokenMs.length; i++)
    addGap(sketch, Math.round(((tokenMs[i] as number) - (tokenMs[i - 1] as number)) * 1000));
}

function addError(
  causes: Map<string, { -readonly [K in keyof ErrorCount]: ErrorCount[K] }>,
  { outcome, status, message }: LifecycleRow,
  stage: number,
): void {
  if (outcome === "ok") return;
  const entry = { stage, outcome, status, message, count: 1 };
  const key = `${stage} ${causeKey(entry)}`;
  const seen = causes.get(key);
  if (seen !== undefined) seen.count++;
  else if (causes.size < MAX_CAUSES) causes.set(key, entry);
}
