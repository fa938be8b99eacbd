import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ClusterError } from "./clusterError.ts";

interface Listed {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A file on its way here: its part grows at its end and gets its name when length and checksum are right. */
export class PartFile {
  readonly path: string;
  readonly bytes: number;
  /** Bytes that are here. */
  have = 0;
  done = false;
  readonly #sha256: string;
  readonly #file: string;
  readonly #part: string;
  #hash: Hash = createHash("sha256");

  private constructor(into: string, { path, bytes, sha256 }: Listed, suffix: string) {
    this.path = path;
    this.bytes = bytes;
    this.#sha256 = sha256;
    this.#file = join(into, path);
    this.#part = join(into, path + suffix);
  }

  /** Takes up what an earlier call left. @param suffix see `partSuffix` */
  static async open(into: string, listed: Listed, suffix: string): Promise<PartFile> {
    const file = new PartFile(into, listed, suffix);
    if ((await sizeOf(file.#file)) === listed.bytes && (await hashOf(file.#file)).digest("hex") === listed.sha256) {
      file.have = listed.bytes;
      file.done = true;
      return file;
    }
    const left = await sizeOf(file.#part);
    if (left === null || left > listed.bytes) {
      await file.#startOver();
      return file;
    }
    file.#hash = await hashOf(file.#part);
    file.have = left;
    if (left === listed.bytes && left > 0) await file.#finish();
    return file;
  }

  /** The next bytes. A file whose checksum is wrong at its end is empty again afterwards, and not done. */
  async append(bytes: Buffer): Promise<void> {
    await this.#writing(() => appendFile(this.#part, bytes));
    this.#hash.update(bytes);
    this.have += bytes.length;
    if (this.have === this.bytes) await this.#finish();
  }

  async #finish(): Promise<void> {
    if (this.#hash.digest("hex") !== this.#sha256) return this.#startOver();
    await this.#writing(() => rename(this.#part, this.#file));
    this.done = true;
  }

  async #startOver(): Promise<void> {
    this.have = 0;
    this.#hash = createHash("sha256");
    await this.#writing(async () => {
      await mkdir(dirname(this.#part), { recursive: true });
      await rm(this.#part, { force: true });
      await writeFile(this.#part, "");
    });
  }

  async #writing(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw new ClusterError(
        `${this.#file} cannot be written: ${(error as Error).message}`,
        "make room or set the rights, then collect again; what is here already is not fetched twice",
        { cause: error },
      );
    }
  }
}

/**
 * What parts of these files are called after: ".part", unless one of them is called so itself. One suffix for all: a
 * longer one for some would be what another, "a.part" beside "a", makes of its own name.
 */
export function partSuffix(paths: readonly string[]): string {
  let suffix = ".part";
  while (paths.some((path) => path.endsWith(suffix))) suffix += ".part";
  return suffix;
}

async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? found.size : null;
}

async function hashOf(file: string): Promise<Hash> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) hash.update(piece);
  });
  return hash;
}
