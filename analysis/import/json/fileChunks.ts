import { open } from "node:fs/promises";
import { collectAgain, ImportError } from "../importError.ts";

/** 64 KiB would be read quicker than it is scanned; with 1 MiB the waits do not count. */
const CHUNK_BYTES = 1 << 20;

/**
 * The next one is read while one is looked at; its memory is used again for the one after that.
 * @param from byte of the file  @param to byte behind the last one
 */
export async function* fileChunks(
  file: string,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer, void, undefined> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === "ENOENT" ? "is missing" : `cannot be opened (${error.code})`;
    throw new ImportError(file, problem, collectAgain);
  });
  let [buffer, other] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
  let at = from;
  const read = (into: Buffer) =>
    handle.read(into, 0, Math.min(CHUNK_BYTES, to - at), at).then(
      ({ bytesRead }) => bytesRead,
      (error: Error) => error,
    );
  let reading = read(buffer);
  try {
    for (;;) {
      const bytesRead = await reading;
      if (bytesRead instanceof Error)
        throw new ImportError(file, `cannot be read (${bytesRead.message})`, "check the disk and its permissions");
      if (bytesRead === 0) return;
      const chunk = buffer.subarray(0, bytesRead);
      at += bytesRead;
      [buffer, other] = [other, buffer];
      reading = read(buffer);
      yield chunk;
    }
  } finally {
    await reading;
    await handle.close();
  }
}
