import { setTimeout as sleep } from "node:timers/promises";
import type { AskReader, ReaderAnswer } from "./askReader.ts";
import { ClusterError } from "./clusterError.ts";
import { TransientExecError } from "./execErrors.ts";
import type { ReaderRequest, ReadRequest } from "./readerProgram.ts";

type Parts = ReadRequest["parts"];

/** The smallest piece asked for over a connection that keeps breaking. */
const leastBytes = 256 << 10;

/** A reader that is asked again when the connection broke, and for less, so that one that never lasts still brings something. */
export class PatientReader {
  readonly #ask: AskReader;
  readonly #root: string;
  readonly #mostBytes: number;
  readonly #pausesMs: readonly number[];
  readonly #signal: AbortSignal;
  #bytes: number;

  constructor(ask: AskReader, root: string, mostBytes: number, pausesMs: readonly number[], signal: AbortSignal) {
    this.#ask = ask;
    this.#root = root;
    this.#mostBytes = mostBytes;
    this.#bytes = mostBytes;
    this.#pausesMs = pausesMs;
    this.#signal = signal;
  }

  list(contentsUpToBytes: number): Promise<ReaderAnswer> {
    return this.#again(() => ({ root: this.#root, contentsUpToBytes }));
  }

  /** The bytes of all parts, one after the other. */
  async read(parts: Parts): Promise<Buffer> {
    const total = parts.reduce((sum, [, , bytes]) => sum + bytes, 0);
    const got: Buffer[] = [];
    let most = this.#bytes;
    const slower = () => {
      most = Math.max(Math.min(leastBytes, this.#mostBytes), most >> 1);
    };
    for (let done = 0; done < total; ) {
      let asked: Parts = [];
      const { header, body } = await this.#again(() => {
        asked = slice(parts, done, most);
        return { root: this.#root, parts: asked };
      }, slower);
      const short = asked.find(([, , bytes], i) => header.parts?.[i] !== bytes);
      if (short) {
        throw new ClusterError(
          `${this.#root}/${short[0]} became shorter while it was collected`,
          "does something still write to it? Collect again when the run has ended",
        );
      }
      got.push(body);
      done += body.length;
      most = Math.min(this.#mostBytes, most * 2);
      this.#bytes = most;
    }
    return got.length === 1 ? (got[0] as Buffer) : Buffer.concat(got);
  }

  async #again(request: () => ReaderRequest, failed: () => void = () => {}): Promise<ReaderAnswer> {
    for (let tries = 1; ; tries++) {
      this.#signal.throwIfAborted();
      try {
        return await this.#ask(request(), this.#signal);
      } catch (error) {
        if (!(error instanceof TransientExecError)) throw error;
        const pauseMs = this.#pausesMs[tries - 1];
        if (pauseMs === undefined) {
          throw new ClusterError(
            `the connection to the pod that reads the results failed ${tries} times in a row: ${error.message}`,
            "collect again when the cluster answers; it goes on where it stopped",
            { cause: error },
          );
        }
        failed();
        await sleep(pauseMs, undefined, { signal: this.#signal });
      }
    }
  }
}

/** At most `most` bytes of `parts`, from byte `skip` of them all together. */
function slice(parts: Parts, skip: number, most: number): Parts {
  const piece: [string, number, number][] = [];
  let position = 0;
  for (const [path, offset, bytes] of parts) {
    const from = Math.max(skip, position);
    const to = Math.min(skip + most, position + bytes);
    if (from < to) piece.push([path, offset + from - position, to - from]);
    position += bytes;
  }
  return piece;
}
