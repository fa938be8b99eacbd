import { open } from "node:fs/promises";
import { collectAgain, ImportError } from "./importError.ts";
import { type JsonElement, type JsonPath, JsonSplitter } from "./jsonSplitter.ts";

export type { JsonPath } from "./jsonSplitter.ts";

/** What is left of a document once the arrays that were asked for have been taken out of it. */
export interface JsonRest {
  /** The document with these arrays empty; undefined where it is cut so early that it cannot be closed. */
  readonly value: unknown;
  /** Where the file ends too early, in words; null: it is whole. */
  readonly cut: string | null;
}

/** 64 KiB would be read quicker than it is scanned; with 1 MiB the waits do not count. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads a JSON document of any size: gives the elements of the named arrays one by one, in file order, and returns the
 * rest. Memory: a chunk and its elements, plus the rest.
 * @param arrays paths of arrays, "*" for any key or index, e.g. [["benchmarks", "*", "requests", "successful"]]; [] is the root
 * @param take the element, the index of its path in `arrays`, and the full path of its array
 * @throws ImportError where the file cannot be read or is not JSON; a file that only ends too early is told by `cut`
 */
export async function readJsonElements(
  file: string,
  arrays: readonly JsonPath[],
  take: (element: unknown, array: number, at: readonly (string | number)[]) => void,
): Promise<JsonRest> {
  const reading = batches(file, arrays);
  try {
    for (;;) {
      const step = await reading.next();
      if (step.done) return step.value;
      for (const { value, array, at } of step.value) take(value, array, at);
    }
  } finally {
    // Closes the file where an element was refused.
    await reading.return(undefined as never);
  }
}

/** Elements of one array (or of all that match a path with "*"). Throws at the end of a file that is cut. */
export async function* jsonElements(file: string, path: JsonPath): AsyncGenerator<unknown, void, undefined> {
  const reading = batches(file, [path]);
  for (;;) {
    const step = await reading.next();
    if (!step.done) {
      for (const { value } of step.value) yield value;
      continue;
    }
    if (step.value.cut !== null) throw new ImportError(file, step.value.cut, collectAgain);
    return;
  }
}

async function* batches(file: string, arrays: readonly JsonPath[]): AsyncGenerator<JsonElement[], JsonRest, undefined> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === "ENOENT" ? "is missing" : `cannot be opened (${error.code})`;
    throw new ImportError(file, problem, collectAgain);
  });
  try {
    const splitter = new JsonSplitter(file, arrays);
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) break;
      const elements = splitter.push(buffer.subarray(0, bytesRead));
      if (elements.length > 0) yield elements;
    }
    return splitter.end();
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(file, `cannot be read (${(error as Error).message})`, "check the disk and its permissions");
  } finally {
    await handle.close();
  }
}
