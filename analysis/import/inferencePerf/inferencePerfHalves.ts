import { availableParallelism } from "node:os";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { splitRange } from "../json/jsonElements.ts";
import { JsonShapes } from "../json/jsonShapes.ts";
import { JsonSplitter } from "../json/jsonSplitter.ts";
import { boundaryIn } from "../json/listBoundary.ts";
import { LifecycleColumns, type MovedColumns } from "./inferencePerfColumns.ts";
import { lifecycleRow, wantedOfRow } from "./inferencePerfRow.ts";
import { LifecycleRows } from "./inferencePerfRows.ts";

/** Smaller files are read before a second thread has begun. */
const SMALLEST_BYTES = availableParallelism() > 1 ? 64 << 20 : Number.POSITIVE_INFINITY;

/** Reads rows from a boundary to the end of the file while somebody else comes from its beginning. */
export interface Tail {
  /** null: they cannot be read from there, or the rest of the file is not what it should be. */
  readonly columns: Promise<MovedColumns | null>;
  stop(): Promise<unknown>;
}

/**
 * Reads a file of some GB in about half the time where it looks as the tool writes it. That the second half is read from
 * the right place is known only when the first half has been read up to there; where it was not, or anything is wrong
 * with the second half, the reader of the first goes on and says what it would have said alone.
 * @param smallest bytes of a file that is read in halves
 * @throws ImportError
 */
export async function readLifecycleRows(
  file: string,
  smallest = SMALLEST_BYTES,
  startTail: (file: string, from: number) => Tail = (path, from) => tailInThread(path, from),
): Promise<LifecycleRows> {
  const columns = new LifecycleColumns();
  const take = (element: unknown) => columns.add(lifecycleRow(element));
  const splitter = new JsonSplitter(file, [[]], new JsonShapes(wantedOfRow));
  const boundary = boundaryIn(file, smallest) ?? 0;
  if (boundary > 0) {
    const tail = startTail(file, boundary);
    try {
      await splitRange(file, splitter, take, 0, boundary);
      const rest = splitter.isBehindComma ? await tail.columns : null;
      if (rest !== null && columns.append(rest)) return new LifecycleRows(columns, null);
    } finally {
      await tail.stop();
    }
  }
  await splitRange(file, splitter, take, boundary);
  return new LifecycleRows(columns, splitter.end().cut);
}

/**
 * What a tail does, in whichever thread. @param from behind a comma
 * @throws ImportError where the file does not end as a list does; only the reader of the whole file can say where it is damaged
 */
export async function readTail(file: string, from: number): Promise<LifecycleColumns | null> {
  const columns = new LifecycleColumns();
  const splitter = JsonSplitter.behindComma(file, new JsonShapes(wantedOfRow));
  await splitRange(file, splitter, (element) => columns.add(lifecycleRow(element)), from);
  return splitter.end().cut === null ? columns : null;
}

/** A thread that cannot start, has no memory left or ends without an answer is no error: one alone can do it. */
export function tailInThread(file: string, from: number, options: WorkerOptions = {}): Tail {
  const none = { columns: Promise.resolve(null), stop: async () => {} };
  let worker: Worker;
  try {
    worker = new Worker(new URL("./inferencePerfTail.ts", import.meta.url), { ...options, workerData: { file, from } });
  } catch {
    return none;
  }
  const columns = new Promise<MovedColumns | null>((resolve) => {
    worker.once("message", resolve);
    for (const end of ["error", "messageerror", "exit"]) worker.once(end, () => resolve(null));
  });
  return { columns, stop: () => worker.terminate() };
}
