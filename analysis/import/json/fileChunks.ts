import { closeSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { collectAgain, ImportError } from "../importError.ts";

/** 64 KiB would be read quicker than it is scanned; with 1 MiB the waits do not count. */
const CHUNK_BYTES = 1 << 20;
/** Most files of a run fit into it. Reading so much takes less time than having another thread read it. */
const FIRST_BYTES = 1 << 16;

const readChunk = promisify(read);

/**
 * The next one is read while one is looked at; its memory is used again for the one after that.
 * @param from byte of the file  @param to byte behind the last one
 */
export async function* fileChunks(
  file: string,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer, void, undefined> {
  const handle = opened(file);
  let at = from;
  const readNext = (into: Buffer) =>
    readChunk(handle, into, 0, Math.min(CHUNK_BYTES, to - at), at).then(
      ({ bytesRead }) => bytesRead,
      (error: Error) => error,
    );
  let reading: Promise<number | Error> = Promise.resolve(0);
  try {
    const first = beginning(handle, file, from, to);
    at += first.length;
    if (first.length < FIRST_BYTES) {
      if (first.length > 0) yield first;
      return;
    }
    let [buffer, other] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
    reading = readNext(buffer);
    yield first;
    for (;;) {
      const bytesRead = await reading;
      if (bytesRead instanceof Error) throw unreadable(file, bytesRead);
      if (bytesRead === 0) return;
      const chunk = buffer.subarray(0, bytesRead);
      at += bytesRead;
      [buffer, other] = [other, buffer];
      reading = readNext(buffer);
      yield chunk;
    }
  } finally {
    await reading;
    closeSync(handle);
  }
}

function opened(file: string): number {
  try {
    return openSync(file, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ImportError(file, code === "ENOENT" ? "is missing" : `cannot be opened (${code})`, collectAgain);
  }
}

/** @returns less than `FIRST_BYTES` only where there is no more */
function beginning(handle: number, file: string, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.min(FIRST_BYTES, to - from));
  let length = 0;
  try {
    while (length < bytes.length) {
      const more = readSync(handle, bytes, length, bytes.length - length, from + length);
      if (more === 0) break;
      length += more;
    }
  } catch (error) {
    throw unreadable(file, error as Error);
  }
  return bytes.subarray(0, length);
}

function unreadable(file: string, { message }: Error): ImportError {
  return new ImportError(file, `cannot be read (${message})`, "check the disk and its permissions");
}
