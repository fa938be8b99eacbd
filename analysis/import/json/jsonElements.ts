import { fileChunks } from "./fileChunks.ts";
import { JsonShapes, type Wanted } from "./jsonShapes.ts";
import { type JsonPath, JsonSplitter, type TakeElement } from "./jsonSplitter.ts";

export type { JsonPath } from "./jsonSplitter.ts";

/** What is left of a document once the arrays that were asked for have been taken out of it. */
export interface JsonRest {
  /** The document with these arrays empty; undefined where it is cut so early that it cannot be closed. */
  readonly value: unknown;
  /** Where the file ends too early, in words; null: it is whole. */
  readonly cut: string | null;
}

/**
 * Reads a JSON document of any size: gives the elements of the named arrays one by one, in file order, and returns the
 * rest. Memory: a chunk and its elements, plus the rest.
 * @param arrays paths of arrays, "*" for any key or index, e.g. [["benchmarks", "*", "requests", "successful"]]; [] is the root
 * @param take the element, the index of its path in `arrays`, and the full path of its array; nothing of the element may be
 *   kept where `wanted` is given
 * @param wanted what is read of an element, which is several times as quick as all of it
 * @throws ImportError where the file cannot be read or is not JSON; a file that only ends too early is told by `cut`
 */
export async function readJsonElements(
  file: string,
  arrays: readonly JsonPath[],
  take: TakeElement,
  wanted?: Wanted,
): Promise<JsonRest> {
  const splitter = new JsonSplitter(file, arrays, wanted === undefined ? null : new JsonShapes(wanted));
  await splitRange(file, splitter, take);
  return splitter.end();
}

/** Gives a part of the file to the splitter. @param to byte behind the last one */
export async function splitRange(
  file: string,
  splitter: JsonSplitter,
  take: TakeElement,
  from?: number,
  to?: number,
): Promise<void> {
  for await (const chunk of fileChunks(file, from, to)) splitter.each(chunk, take);
}
