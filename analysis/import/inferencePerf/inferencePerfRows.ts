import { newSketch } from "../../itlSketch.ts";
import type { ErrorCount } from "../../run.ts";
import type { RowCollector } from "../rowCollector.ts";
import { BY_CLIENT, EVERY_STAMPED, type LifecycleColumns, ODD } from "./inferencePerfColumns.ts";

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

/**
 * All rows of per_request_lifecycle_metrics.json, read once: to which stage a row belongs is known only after the last,
 * and reading some GB again would double the time.
 */
export class LifecycleRows {
  readonly #columns: LifecycleColumns;
  readonly #cut: string | null;

  /** @param cut where the file ends too early, in words */
  constructor(columns: LifecycleColumns, cut: string | null) {
    this.#columns = columns;
    this.#cut = cut;
  }

  get total(): number {
    return this.#columns.total;
  }

  /** When each element was sent, in ms; one without times stands with the one before it. */
  starts(): Float64Array {
    const starts = new Float64Array(this.total);
    let next = 0;
    const { rows, elements } = this.#columns;
    for (let row = 0; row < rows.length; row++) {
      const { sentMs } = rows.timesOf(row);
      while (next <= elements.at(row)) starts[next++] = sentMs;
    }
    return starts.fill(Number.POSITIVE_INFINITY, next);
  }

  /** @param stageOf index of an element in the file, from the first on -> index of its stage; -1: of none */
  assignment(count: number, stageOf: (index: number) => number): Assignment {
    const { rows, elements } = this.#columns;
    const stages = new Int32Array(rows.length);
    const spans = Array.from({ length: count }, (): Span => {
      return {
        count: 0,
        firstStart: Number.POSITIVE_INFINITY,
        lastStart: Number.NEGATIVE_INFINITY,
        lastEnd: Number.NEGATIVE_INFINITY,
      };
    });
    for (let row = 0; row < stages.length; row++) {
      const stage = stageOf(elements.at(row));
      stages[row] = stage;
      if (stage >= 0) addSpan(spans[stage] as Span, rows.timesOf(row));
    }
    return { stages, spans };
  }

  /** To be called once: the rows are moved, not copied. */
  deal({ stages, spans }: Assignment): RowsRead {
    const itl = spans.map(newSketch);
    const tally = { odd: 0, promptsByClient: 0, everyStamped: 0, beyond: 0 };
    const { rows, causes, total, marks: allMarks, gapCounts, gaps } = this.#columns;
    let gap = 0;
    for (let row = 0; row < stages.length; row++) {
      const stage = stages[row] as number;
      const until = gap + gapCounts.at(row);
      if (stage < 0) {
        tally.beyond++;
        gap = until;
        continue;
      }
      const sketch = itl[stage] as Float64Array;
      for (; gap < until; gap++) (sketch[gaps.at(gap)] as number)++;
      const marks = allMarks.at(row);
      if ((marks & ODD) > 0) tally.odd++;
      if ((marks & BY_CLIENT) > 0) tally.promptsByClient++;
      if ((marks & EVERY_STAMPED) > 0) tally.everyStamped++;
    }
    const withoutTimes = total - stages.length;
    rows.assign(stages);
    return { rows, itl, errors: causes.counts(stages), ...tally, total, withoutTimes, cut: this.#cut };
  }
}

function addSpan(span: Span, { sentMs, endMs }: { sentMs: number; endMs: number }): void {
  span.count++;
  span.firstStart = Math.min(span.firstStart, sentMs / 1000);
  span.lastStart = Math.max(span.lastStart, sentMs / 1000);
  span.lastEnd = Math.max(span.lastEnd, endMs / 1000);
}
