import { bucketOf, newSketch } from "../itlSketch.ts";
import type { ErrorCount } from "../run.ts";
import { CauseTable } from "./inferencePerfCauses.ts";
import { type LifecycleRow, lifecycleRow, wantedOfRow } from "./inferencePerfRow.ts";
import { readJsonElements } from "./jsonElements.ts";
import { NumberList } from "./numberList.ts";
import { RowCollector } from "./rowCollector.ts";

/** What the file says, once its rows are dealt out to stages. */
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
}

/** A try at telling the stages apart. */
export interface Assignment {
  /** Per row; -1: of none. */
  readonly stages: Int32Array;
  /** Per stage: as long as its rows are all there, its own report must say the same. */
  readonly spans: readonly Span[];
}

/** Of one stage's rows, in seconds of the tool's clock. */
export interface Span {
  count: number;
  firstStart: number;
  lastStart: number;
  lastEnd: number;
}

const ODD = 1;
const BY_CLIENT = 2;
const EVERY_STAMPED = 4;

/**
 * All rows of per_request_lifecycle_metrics.json, read once: to which stage a row belongs is known only after the last,
 * and reading some GB again would double the time. About 150 bytes a row and 2 bytes a gap.
 */
export class LifecycleRows {
  readonly #rows = new RowCollector();
  /** Index of each row in the file. */
  readonly #elements = new NumberList();
  readonly #marks = new NumberList("short");
  readonly #gapCounts = new NumberList();
  /** Buckets of the sketch, all rows one after the other. */
  readonly #gaps = new NumberList("short");
  readonly #causes = new CauseTable();
  total = 0;
  cut: string | null = null;

  /** @throws ImportError */
  static async read(file: string): Promise<LifecycleRows> {
    const all = new LifecycleRows();
    const rest = await readJsonElements(file, [[]], (element) => all.#add(lifecycleRow(element)), wantedOfRow);
    all.cut = rest.cut;
    return all;
  }

  #add(row: LifecycleRow | null): void {
    const index = this.total++;
    if (row === null) return;
    this.#elements.push(index);
    addRow(this.#rows, row);
    const byClient = row.promptTokens >= 0 && !row.promptFromUsage;
    this.#marks.push((row.odd ? ODD : 0) | (byClient ? BY_CLIENT : 0) | (row.everyStamped ? EVERY_STAMPED : 0));
    const { tokenMs } = row;
    const gaps = row.outcome === "ok" && !row.everyStamped ? Math.max(0, tokenMs.length - 1) : 0;
    this.#gapCounts.push(gaps);
    for (let i = 1; i <= gaps; i++)
      this.#gaps.push(bucketOf(Math.round(((tokenMs[i] as number) - (tokenMs[i - 1] as number)) * 1000)));
    this.#causes.add(row);
  }

  /** When each element was sent, in ms; one without times stands with the one before it. */
  starts(): Float64Array {
    const starts = new Float64Array(this.total);
    let next = 0;
    for (let row = 0; row < this.#rows.length; row++) {
      const { sentMs } = this.#rows.timesOf(row);
      while (next <= this.#elements.at(row)) starts[next++] = sentMs;
    }
    return starts.fill(Number.POSITIVE_INFINITY, next);
  }

  /** @param stageOf index of an element in the file, from the first on -> index of its stage; -1: of none */
  assignment(count: number, stageOf: (index: number) => number): Assignment {
    const stages = new Int32Array(this.#rows.length);
    const spans = Array.from({ length: count }, (): Span => {
      return {
        count: 0,
        firstStart: Number.POSITIVE_INFINITY,
        lastStart: Number.NEGATIVE_INFINITY,
        lastEnd: Number.NEGATIVE_INFINITY,
      };
    });
    for (let row = 0; row < stages.length; row++) {
      const stage = stageOf(this.#elements.at(row));
      stages[row] = stage;
      if (stage >= 0) addSpan(spans[stage] as Span, this.#rows.timesOf(row));
    }
    return { stages, spans };
  }

  /** To be called once: the rows are moved, not copied. */
  deal({ stages, spans }: Assignment): RowsRead {
    const itl = spans.map(newSketch);
    const tally = { odd: 0, promptsByClient: 0, everyStamped: 0, beyond: 0 };
    let gap = 0;
    for (let row = 0; row < stages.length; row++) {
      const stage = stages[row] as number;
      const until = gap + this.#gapCounts.at(row);
      if (stage < 0) {
        tally.beyond++;
        gap = until;
        continue;
      }
      const sketch = itl[stage] as Float64Array;
      for (; gap < until; gap++) (sketch[this.#gaps.at(gap)] as number)++;
      const marks = this.#marks.at(row);
      if ((marks & ODD) > 0) tally.odd++;
      if ((marks & BY_CLIENT) > 0) tally.promptsByClient++;
      if ((marks & EVERY_STAMPED) > 0) tally.everyStamped++;
    }
    const { total, cut } = this;
    const withoutTimes = total - stages.length;
    this.#rows.assign(stages);
    return { rows: this.#rows, itl, errors: this.#causes.counts(stages), ...tally, total, withoutTimes, cut };
  }
}

function addRow(rows: RowCollector, row: LifecycleRow): void {
  const { tokenMs } = row;
  rows.add({
    // Told by `assign`.
    stage: 0,
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

function addSpan(span: Span, { sentMs, endMs }: { sentMs: number; endMs: number }): void {
  span.count++;
  span.firstStart = Math.min(span.firstStart, sentMs / 1000);
  span.lastStart = Math.max(span.lastStart, sentMs / 1000);
  span.lastEnd = Math.max(span.lastEnd, endMs / 1000);
}
