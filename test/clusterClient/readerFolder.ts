import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type AskReader, readAnswer } from "../../cluster/askReader.ts";
import { TransientExecError } from "../../cluster/execErrors.ts";
import { type ReaderRequest, readerProgram } from "../../cluster/readerProgram.ts";

/** What happens to an answer on its way: it arrives, it ends after a share of its bytes, or nothing comes at all. */
export type Fate = "arrives" | "lost" | { readonly cutAt: number };

/** A folder that stands for the one in the claim, a folder to collect into, and the program of the pod between them. */
export class ReaderFolder {
  readonly #temp = mkdtempSync(join(tmpdir(), "collect-"));
  readonly from = join(this.#temp, "claim");
  readonly into = join(this.#temp, "here", "results");
  /** Fates of the next answers, in order; those after them arrive. */
  fates: Fate[] = [];
  readonly requests: ReaderRequest[] = [];

  constructor(files: Readonly<Record<string, Buffer | string>>) {
    mkdirSync(this.from);
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  write(path: string, content: Buffer | string): void {
    const file = join(this.from, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  readonly ask: AskReader = async (request) => {
    this.requests.push(request);
    const fate = this.fates.shift() ?? "arrives";
    if (fate === "lost") throw new TransientExecError("broken", "lost on purpose");
    const bytes = await this.answer(request);
    return readAnswer(fate === "arrives" ? bytes : bytes.subarray(0, Math.floor(bytes.length * fate.cutAt)));
  };

  async answer(request: ReaderRequest): Promise<Buffer> {
    const written: Buffer[] = [];
    await readerProgram(request, (bytes) => written.push(Buffer.from(bytes as Uint8Array)));
    return Buffer.concat(written);
  }

  /** Path -> content of everything that was collected, parts included. */
  collected(): Record<string, Buffer> {
    const entries = readdirSync(this.into, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      entries.map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [file.slice(this.into.length + 1), readFileSync(file)];
      }),
    );
  }

  remove(): void {
    rmSync(this.#temp, { recursive: true, force: true });
  }
}
