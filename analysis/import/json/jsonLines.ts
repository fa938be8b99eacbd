import { collectAgain, ImportError } from "../importError.ts";
import { fileChunks } from "./fileChunks.ts";
import { afterSpace } from "./jsonScan.ts";
import { JsonShapes, type Wanted } from "./jsonShapes.ts";

const NEWLINE = 0x0a;

/** More than any line of a request; a file without line ends must not fill the memory. */
const MAX_LINE_BYTES = 64 << 20;

/**
 * Gives the JSON value of each line one after the other, in memory of one chunk and one line. Empty lines are left out.
 * @param wanted what is read of a value, which is several times as quick as all of it
 * @param take nothing of the value may be kept
 * @returns whether the last line is cut off
 * @throws ImportError where another line is not JSON
 */
export async function readJsonLines(
  file: string,
  wanted: Wanted,
  take: (value: unknown) => void,
): Promise<{ cut: boolean; lines: number }> {
  const shapes = new JsonShapes(wanted);
  let begun: Buffer[] = [];
  let begunBytes = 0;
  let lines = 0;
  let bad = 0;
  const parsed = (text: string) => {
    if (bad > 0) throw new ImportError(file, `line ${bad} is not what it should be`, collectAgain);
    if (text.trim() === "") return;
    lines++;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      bad = lines;
      return;
    }
    shapes.learn(text);
    take(value);
  };
  for await (const chunk of fileChunks(file)) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const end = begunBytes === 0 && bad === 0 ? shapes.read(chunk, from, at + 1) : -1;
      if (end >= 0 && afterSpace(chunk, end, at) === at) {
        lines++;
        take(shapes.value);
      } else if (begunBytes === 0) parsed(chunk.toString("utf8", from, at));
      else parsed(Buffer.concat([...begun, chunk.subarray(from, at)]).toString("utf8"));
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
  if (begunBytes > 0) parsed(Buffer.concat(begun).toString("utf8"));
  return { cut: bad > 0, lines };
}
