import { type FileHandle, open } from "node:fs/promises";

const BATCH_CHARACTERS = 4 << 20;

/** Writes texts in large pieces. */
export class RowsWriter {
  readonly #file: FileHandle;
  #texts: string[] = [];
  #characters = 0;
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<RowsWriter> {
    return new RowsWriter(await open(path, "w"));
  }

  write(text: string): Promise<void> | undefined {
    this.#texts.push(text);
    this.#characters += text.length;
    return this.#characters < BATCH_CHARACTERS ? undefined : this.#flush();
  }

  /** @returns all bytes that were written */
  async close(): Promise<number> {
    await this.#flush();
    await this.#file.close();
    return this.#bytes;
  }

  async #flush(): Promise<void> {
    const { bytesWritten } = await this.#file.write(this.#texts.join(""));
    this.#bytes += bytesWritten;
    this.#texts = [];
    this.#characters = 0;
  }
}

/**
 * The real rows over and over.
 * @param seconds finds whole seconds, in its one group; they grow by one with each repetition; null: there are none
 */
export function* repeated(
  real: readonly string[],
  count: number,
  seconds: RegExp | null,
): Generator<{ text: string; first: boolean }> {
  const cut = real.map((row) => (seconds === null ? [row] : row.split(seconds)));
  for (let i = 0; i < count; i++) {
    const parts = cut[i % cut.length] as string[];
    const shift = Math.floor(i / cut.length);
    let text = parts[0] as string;
    for (let at = 1; at < parts.length; at += 2) text += String(Number(parts[at]) + shift) + parts[at + 1];
    yield { text, first: i === 0 };
  }
}
