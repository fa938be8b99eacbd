import { flags, type Outcome, outcomes } from "../../harness/recordFormat.ts";
import type { RequestColumns } from "../run.ts";
import { allocateColumns } from "./allocateColumns.ts";

/** One request as an importer finds it. Times in ms from any fixed moment; NaN or -1 where absent. */
export interface FoundRow {
  readonly stage: number;
  readonly outcome: Outcome;
  readonly streamed: boolean;
  readonly outputFromUsage: boolean;
  readonly scheduledMs: number;
  readonly sentMs: number;
  readonly firstTokenMs: number;
  readonly lastTokenMs: number;
  readonly endMs: number;
  readonly promptTokensAsked: number;
  readonly outputTokensAsked: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly events: number;
  readonly status: number;
}

/** In the rows' own ms. */
interface MeasuredMs {
  readonly fromMs: number;
  readonly untilMs: number;
}

const outcomeIndex = new Map(outcomes.map((name, index) => [name, index]));
const FIRST_SIZE = 64;
const FINISH_NONE = 0;

/** For another thread. */
export interface MovedRows {
  readonly columns: Columns;
  readonly length: number;
  readonly firstMs: number;
}

/** Columns that grow with the rows that are found: about 100 bytes each, twice that for a moment when they grow. */
export class RowCollector {
  #columns = allocateColumns(FIRST_SIZE);
  #length = 0;
  #firstMs = Number.POSITIVE_INFINITY;

  get length(): number {
    return this.#length;
  }

  /** Earliest intended or actual send; Infinity without rows. */
  get firstMs(): number {
    return this.#firstMs;
  }

  add(row: FoundRow): void {
    const at = this.#length++;
    if (at === this.#columns.request.length) this.#columns = resize(this.#columns, Math.max(FIRST_SIZE, 2 * at), at);
    const columns = this.#columns;
    columns.request[at] = at;
    columns.stage[at] = row.stage;
    columns.outcome[at] = outcomeIndex.get(row.outcome) as number;
    columns.flags[at] = (row.streamed ? flags.streamed : 0) | (row.outputFromUsage ? flags.outputFromUsage : 0);
    columns.scheduledMs[at] = row.scheduledMs;
    columns.sentMs[at] = row.sentMs;
    columns.firstTokenMs[at] = row.firstTokenMs;
    columns.lastTokenMs[at] = row.lastTokenMs;
    columns.endMs[at] = row.endMs;
    columns.promptTokensAsked[at] = row.promptTokensAsked;
    columns.outputTokensAsked[at] = row.outputTokensAsked;
    columns.promptTokens[at] = row.promptTokens;
    columns.outputTokens[at] = row.outputTokens;
    columns.cachedTokens[at] = row.cachedTokens;
    columns.events[at] = row.events;
    columns.status[at] = row.status;
    columns.finishReason[at] = FINISH_NONE;
    this.#firstMs = Math.min(this.#firstMs, row.sentMs, row.scheduledMs);
  }

  move(): MovedRows {
    return { columns: this.#columns, length: this.#length, firstMs: this.#firstMs };
  }

  append({ columns, length, firstMs }: MovedRows): void {
    const own = this.#length;
    const all = resize(this.#columns, own + length, own);
    for (const key of Object.keys(all) as (keyof Columns)[])
      if (key !== "length") all[key].set(columns[key].subarray(0, length), own);
    for (let at = own; at < all.length; at++) all.request[at] = at;
    this.#columns = all;
    this.#length = all.length;
    this.#firstMs = Math.min(this.#firstMs, firstMs);
  }

  /** When row `at` was sent and ended, in the rows' own ms. */
  timesOf(at: number): { sentMs: number; endMs: number } {
    return { sentMs: this.#columns.sentMs[at] as number, endMs: this.#columns.endMs[at] as number };
  }

  /** Puts each row into a stage that was not known when it was added; -1: the row is dropped. */
  assign(stages: Int32Array): void {
    const kept = Uint32Array.from(stages.keys()).filter((at) => (stages[at] as number) >= 0);
    if (kept.length < this.#length) this.#columns = resize(this.#columns, kept.length, kept.length, kept);
    this.#length = kept.length;
    this.#firstMs = Number.POSITIVE_INFINITY;
    const { request, stage, sentMs, scheduledMs } = this.#columns;
    for (let at = 0; at < kept.length; at++) {
      request[at] = at;
      stage[at] = stages[kept[at] as number] as number;
      this.#firstMs = Math.min(this.#firstMs, sentMs[at] as number, scheduledMs[at] as number);
    }
  }

  /** Per row, its stage; -1 where it lies outside the window of its stage. @param measured see `finish` */
  stagesWithin(measured: readonly (MeasuredMs | null)[]): Int32Array {
    const { endMs, sentMs, stage } = this.#columns;
    return Int32Array.from({ length: this.#length }, (_, at) => {
      const window = measured[stage[at] as number] ?? null;
      const outside =
        window !== null && ((endMs[at] as number) < window.fromMs || (sentMs[at] as number) > window.untilMs);
      return outside ? -1 : (stage[at] as number);
    });
  }

  /**
   * All rows in order of completion, those without an end last, their times from `zeroMs` on.
   * @param closed stages whose requests leave when another ends: there is no intended time, so it is the sending
   * @param measured per stage, the window outside of which requests are left out; in the rows' own ms; null: none are
   */
  finish(zeroMs: number, closed: ReadonlySet<number>, measured: readonly (MeasuredMs | null)[] = []): RequestColumns {
    const { endMs } = this.#columns;
    const ended = (at: number) => (Number.isNaN(endMs[at]) ? Number.POSITIVE_INFINITY : (endMs[at] as number));
    const stages = this.stagesWithin(measured);
    const kept = new Uint32Array(this.#length);
    let count = 0;
    let sorted = true;
    for (let at = 0; at < this.#length; at++) {
      if ((stages[at] as number) < 0) continue;
      sorted &&= count === 0 || ended(at) >= ended(kept[count - 1] as number);
      kept[count++] = at;
    }
    const order = kept.subarray(0, count);
    if (!sorted) order.sort((a, b) => ended(a) - ended(b) || a - b);
    const inPlace = sorted && count === this.#length;
    const columns = resize(this.#columns, count, count, inPlace ? null : order);
    for (const times of [columns.sentMs, columns.scheduledMs, columns.firstTokenMs, columns.lastTokenMs, columns.endMs])
      for (let at = 0; at < times.length; at++) (times[at] as number) -= zeroMs;
    for (let at = 0; at < columns.length; at++)
      if (closed.has(columns.stage[at] as number)) columns.scheduledMs[at] = columns.sentMs[at] as number;
    return columns;
  }
}

type Columns = ReturnType<typeof allocateColumns>;

function resize(columns: Columns, size: number, used: number, order: Uint32Array | null = null): Columns {
  const target = allocateColumns(size);
  for (const key of Object.keys(target) as (keyof Columns)[]) {
    if (key === "length") continue;
    const from = columns[key];
    const to = target[key];
    if (order === null) to.set(from.subarray(0, used));
    else for (let at = 0; at < order.length; at++) to[at] = from[order[at] as number] as number;
  }
  return target;
}
