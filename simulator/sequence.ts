import { chainHash } from "./seededHash.ts";

export type FinishReason = "stop" | "length";

/** What the engine must know of a request: its prompt, and how its output will run. Text is the HTTP layer's affair. */
export interface SequenceRequest {
  readonly prompt: Int32Array;
  /** Token id at output position `index`, from 0. */
  outputToken(index: number): number;
  /** Output tokens after which it finishes, at least 1; decided beforehand, for the output is a function of the seed. */
  readonly outputTokens: number;
  readonly finishReason: FinishReason;
  readonly maxTokens: number;
}

/** Hears of each output token at the end of the step that made it. `last` closes the sequence. */
export type TokenListener = (index: number, timeMs: number, last: boolean) => void;

/** A request in the engine. Times in ms of simulated time, null until they happen. */
export class Sequence {
  readonly request: SequenceRequest;
  readonly onToken: TokenListener;
  readonly arrivalMs: number;
  /** When it joins the queue: arrival plus the request's overhead outside the GPU. */
  readonly queuedMs: number;
  firstScheduledMs: number | null = null;
  firstTokenMs: number | null = null;
  lastTokenMs: number | null = null;
  state: "arriving" | "waiting" | "running" | "finished" | "aborted" = "arriving";
  /** Tokens whose KV entries exist, after the steps that have ended. */
  computed = 0;
  output = 0;
  /** Tokens of this sequence in the step in flight. */
  scheduled = 0;
  blocks: number[] = [];
  /** Prompt tokens found in the prefix cache at the first admission. */
  cachedTokens = 0;
  preemptions = 0;
  readonly #blockSize: number;
  readonly #hashes: number[] = [];
  readonly #tokenAt: (index: number) => number;

  constructor(
    request: SequenceRequest,
    arrivalMs: number,
    queuedMs: number,
    blockSize: number,
    onToken: TokenListener,
  ) {
    this.request = request;
    this.arrivalMs = arrivalMs;
    this.queuedMs = queuedMs;
    this.onToken = onToken;
    this.#blockSize = blockSize;
    const { prompt } = request;
    this.#tokenAt = (index) => (index < prompt.length ? prompt[index]! : request.outputToken(index - prompt.length));
  }

  /** Tokens known so far: the prompt and the output made. After a preemption all of them are computed again. */
  get tokens(): number {
    return this.request.prompt.length + this.output;
  }

  /** Hashes of the full blocks of the first `tokens` tokens. */
  hashes(tokens: number): readonly number[] {
    const full = Math.floor(tokens / this.#blockSize);
    for (let i = this.#hashes.length; i < full; i++) {
      const start = i * this.#blockSize;
      this.#hashes.push(chainHash(this.#hashes[i - 1] ?? 0, this.#tokenAt, start, start + this.#blockSize));
    }
    return this.#hashes;
  }
}
