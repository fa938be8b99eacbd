import { createReadStream } from "node:fs";
import { collectAgain, ImportError } from "./importError.ts";

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1 << 20;

/** More than any line of a request; a file without line ends must not fill the memory. */
const MAX_LINE_BYTES = 64 << 20;

/**
 * Gives the lines of a file one after the other, in memory of one chunk and one line. Empty lines are left out.
 * @param take returns false for a line that it cannot read: at the end of the file it was cut off, elsewhere the file is damaged;
 *   `last`: no line end follows
 * @returns whether the last line is cut off
 */
export async function readLines(
  file: string,
  take: (line: string, last: boolean) => boolean,
): Promise<{ cut: boolean; lines: number }> {
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let lines = 0;
  let bad = 0;
  const line = (text: string, last = false) => {
    if (bad > 0) throw new ImportError(file, `line ${bad} is not what it should be`, collectAgain);
    if (text.trim() === "") return;
    lines++;
    if (!take(text, last)) bad = lines;
  };
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        if (begunBytes === 0) line(chunk.toString("utf8", from, at));
        else line(Buffer.concat([...begun, chunk.subarray(from, at)]).toString("utf8"));
        begun = [];
        begunBytes = 0;
        from = at + 1;
      }
      if (from === chunk.length) continue;
      begun.push(Buffer.from(chunk.subarray(from)));
      begunBytes += chunk.length - from;
      if (begunBytes > MAX_LINE_BYTES)
        throw new ImportError(file, `line ${lines + 1} is longer than ${MAX_LINE_BYTES} bytes`, collectAgain);
    }
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`, collectAgain);
  }
  if (begunBytes > 0) line(Buffer.concat(begun).toString("utf8"), true);
  return { cut: bad > 0, lines };
}
