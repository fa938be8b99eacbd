import { bucketOf } from "../../itlSketch.ts";
import { type MovedNumbers, NumberList } from "../numberList.ts";
import { type MovedRows, RowCollector } from "../rowCollector.ts";
import { CauseTable, type MovedCauses } from "./inferencePerfCauses.ts";
import type { LifecycleRow } from "./inferencePerfRow.ts";

export const ODD = 1;
export const BY_CLIENT = 2;
export const EVERY_STAMPED = 4;

/** For another thread. */
export interface MovedColumns {
  readonly total: number;
  readonly rows: MovedRows;
  readonly elements: MovedNumbers;
  readonly marks: MovedNumbers;
  readonly gapCounts: MovedNumbers;
  readonly gaps: MovedNumbers;
  readonly causes: MovedCauses;
}

/** Rows of per_request_lifecycle_metrics.json in the order of the file: about 150 bytes a row and 2 bytes a gap. */
export class LifecycleColumns {
  readonly rows = new RowCollector();
  /** Index of each row in the file. */
  readonly elements = new NumberList();
  readonly marks = new NumberList("short");
  readonly gapCounts = new NumberList();
  /** Buckets of the sketch, all rows one after the other. */
  readonly gaps = new NumberList("short");
  readonly causes = new CauseTable();
  /** Elements, with those that have no times. */
  total = 0;

  /** @param row null: its element has no times */
  add(row: LifecycleRow | null): void {
    const index = this.total++;
    if (row === null) return;
    this.elements.push(index);
    addRow(this.rows, row);
    const byClient = row.promptTokens >= 0 && !row.promptFromUsage;
    this.marks.push((row.odd ? ODD : 0) | (byClient ? BY_CLIENT : 0) | (row.everyStamped ? EVERY_STAMPED : 0));
    const { tokenMs } = row;
    const gaps = row.outcome === "ok" && !row.everyStamped ? Math.max(0, tokenMs.length - 1) : 0;
    this.gapCounts.push(gaps);
    for (let i = 1; i <= gaps; i++)
      this.gaps.push(bucketOf(Math.round(((tokenMs[i] as number) - (tokenMs[i - 1] as number)) * 1000)));
    this.causes.add(row);
  }

  /** Nothing may be added afterwards. @returns memory that another thread can take over without a copy */
  move(): { moved: MovedColumns; memory: ArrayBuffer[] } {
    const moved: MovedColumns = {
      total: this.total,
      rows: this.rows.move(),
      elements: this.elements.move(),
      marks: this.marks.move(),
      gapCounts: this.gapCounts.move(),
      gaps: this.gaps.move(),
      causes: this.causes.move(),
    };
    const { rows, elements, marks, gapCounts, gaps, causes } = moved;
    const lists = [elements, marks, gapCounts, gaps, causes.rows].flatMap(({ blocks }) => blocks);
    const columns = Object.values(rows.columns).filter((column) => typeof column !== "number");
    return { moved, memory: [...lists, ...columns].map(({ buffer }) => buffer) };
  }

  /** @returns false, with nothing done: reading these rows here would have told other causes of failure */
  append({ total, rows, elements, marks, gapCounts, gaps, causes }: MovedColumns): boolean {
    if (!this.causes.append(causes)) return false;
    this.elements.append(elements, this.total);
    this.rows.append(rows);
    this.marks.append(marks);
    this.gapCounts.append(gapCounts);
    this.gaps.append(gaps);
    this.total += total;
    return true;
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
