import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { outcomes } from "../../../harness/recordFormat.ts";
import { bucketOf, newSketch } from "../../itlSketch.ts";
import { collectAgain, ImportError } from "../importError.ts";
import type { RequestRows } from "./requestRows.ts";

const OK = outcomes.indexOf("ok");

export interface ItlSketches {
  /** One sketch per stage: the gaps of successful requests. */
  readonly sketches: Float64Array[];
  /** What is cut off, in words; null when every request's arrivals are there. */
  readonly truncated: string | null;
}

/** Streams arrivals.bin (hundreds of MB) once, front to back, and sketches the gaps between tokens. */
export async function readItl(file: string, rows: RequestRows, stages: number): Promise<ItlSketches> {
  const sketches = Array.from({ length: stages }, newSketch);
  const order = inFileOrder(rows);
  if (order.length === 0) return { sketches, truncated: null };
  const size = await stat(file).then(
    (stats) => stats.size,
    () => null,
  );
  if (size === null) return { sketches, truncated: "arrivals.bin is missing: there are no inter-token latencies" };
  let readable = order.length;
  while (readable > 0 && end(rows, order[readable - 1] as number) > size) readable--;
  const reader = new GapReader(file, rows, order.subarray(0, readable), sketches);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    reader.chunk(chunk as Buffer);
    if (reader.done) break;
  }
  const lost = order.length - readable;
  return {
    sketches,
    truncated:
      lost === 0 ? null : `arrivals.bin is cut off: ${lost} of ${order.length} requests have no inter-token latencies`,
  };
}

/** Successful rows with at least two events, by their place in the file; mostly they are in that order already. */
function inFileOrder(rows: RequestRows): Uint32Array {
  const { columns, arrivalsOffset, arrivalsBytes } = rows;
  const order = new Uint32Array(columns.length);
  let count = 0;
  let last = -1;
  let sorted = true;
  for (let row = 0; row < columns.length; row++) {
    if (columns.outcome[row] !== OK || (columns.events[row] as number) < 2 || arrivalsBytes[row] === 0) continue;
    const offset = arrivalsOffset[row] as number;
    sorted &&= offset > last;
    last = offset;
    order[count++] = row;
  }
  const used = order.subarray(0, count);
  return sorted ? used : used.sort((a, b) => (arrivalsOffset[a] as number) - (arrivalsOffset[b] as number));
}

function end(rows: RequestRows, row: number): number {
  return (rows.arrivalsOffset[row] as number) + (rows.arrivalsBytes[row] as number);
}

/** Decodes varints across chunk borders: a request's arrivals may begin in one chunk and end in the next. */
class GapReader {
  readonly #file: string;
  readonly #rows: RequestRows;
  readonly #order: Uint32Array;
  readonly #sketches: Float64Array[];
  #position = 0;
  #next = 0;
  #value = 0;
  #scale = 1;
  #varints = 0;

  constructor(file: string, rows: RequestRows, order: Uint32Array, sketches: Float64Array[]) {
    this.#file = file;
    this.#rows = rows;
    this.#order = order;
    this.#sketches = sketches;
  }

  get done(): boolean {
    return this.#next === this.#order.length;
  }

  chunk(bytes: Buffer): void {
    const start = this.#position;
    const stop = start + bytes.length;
    while (!this.done) {
      const row = this.#order[this.#next] as number;
      const rowEnd = end(this.#rows, row);
      const from = Math.max(start, this.#rows.arrivalsOffset[row] as number);
      if (from >= stop) break;
      this.#decode(bytes, from - start, Math.min(stop, rowEnd) - start, row);
      if (rowEnd > stop) break;
      this.#close(row);
    }
    this.#position = stop;
  }

  #decode(bytes: Buffer, from: number, to: number, row: number): void {
    const sketch = this.#sketches[this.#rows.columns.stage[row] as number] as Float64Array;
    let value = this.#value;
    let scale = this.#scale;
    let varints = this.#varints;
    for (let i = from; i < to; i++) {
      const byte = bytes[i] as number;
      // Not shifts: a gap of over 36 minutes does not fit 31 bits.
      value += (byte & 127) * scale;
      if (byte > 127) {
        scale *= 128;
        continue;
      }
      // The first is the time to the first token, not a gap between tokens.
      if (varints++ > 0) (sketch[bucketOf(value)] as number)++;
      value = 0;
      scale = 1;
    }
    this.#value = value;
    this.#scale = scale;
    this.#varints = varints;
  }

  #close(row: number): void {
    const { request, events } = this.#rows.columns;
    if (this.#scale !== 1 || this.#varints !== events[row]) {
      const problem = `request ${request[row]} has ${this.#varints} token arrivals, but its record says ${events[row]}`;
      throw new ImportError(this.#file, problem, collectAgain);
    }
    this.#varints = 0;
    this.#next++;
  }
}
