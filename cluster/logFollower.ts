import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./connection.ts";
import { followLog, type LogLine, type LogQuery, LogRefused } from "./podLog.ts";

/**
 * A container's log as it grows, each line once, whatever happens to the connection. The API server passes `sinceTime` on
 * in whole seconds, so a new stream starts with lines that are known already: they are told by their time, and where
 * several share one by how many of them came.
 */
export class LogFollower {
  readonly #cluster: Cluster;
  readonly #query: LogQuery;
  readonly #onLine: (line: string) => void;
  readonly #lines: string[] = [];
  readonly #stop = new AbortController();
  /** Between two streams. */
  readonly #pause = new AbortController();
  #last: { readonly time: string; readonly key: string; readonly count: number } | null = null;
  #loop: Promise<void> = Promise.resolve();
  #ended = false;
  #quietAt = Number.NEGATIVE_INFINITY;

  constructor(cluster: Cluster, query: LogQuery, onLine: (line: string) => void) {
    this.#cluster = cluster;
    this.#query = query;
    this.#onLine = onLine;
  }

  /** All lines so far. */
  get text(): string {
    return this.#lines.length === 0 ? "" : `${this.#lines.join("\n")}\n`;
  }

  /** The stream has just ended well: so has the program, or the kubelet began a new file, and the next stream goes on. */
  get quiet(): boolean {
    return Date.now() - this.#quietAt < 2000;
  }

  start(): void {
    this.#loop = this.#follow();
  }

  /**
   * The container has ended: reads what is left, for at most `graceMs` twice, and stops. A stream that ends well proves
   * nothing, the kubelet may have ended it before the last lines were in its file (seen: 13,670 of 20,000 lines): only
   * a reading that brings nothing new does.
   */
  async finish(graceMs: number): Promise<void> {
    this.#ended = true;
    this.#pause.abort();
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    await this.#loop;
    clearTimeout(timer);
    const deadline = AbortSignal.timeout(graceMs);
    while (!deadline.aborted) {
      const before = this.#lines.length;
      try {
        const tail = await this.#stream(deadline);
        if (this.#lines.length > before) continue;
        // A last line without its line feed is complete now that nothing follows.
        if (tail && (this.#last === null || timeKey(tail.time) > this.#last.key)) this.#take(tail.text);
        return;
      } catch (error) {
        // The pod is gone, and its log with it.
        if (error instanceof LogRefused && error.status < 500) return;
        await sleep(500);
      }
    }
  }

  /** Stops at once; what came is kept. */
  stop(): void {
    this.#ended = true;
    this.#pause.abort();
    this.#stop.abort();
  }

  async #follow(): Promise<void> {
    while (!this.#ended) {
      try {
        await this.#stream(this.#stop.signal);
        this.#quietAt = Date.now();
      } catch {
        // A broken stream, or an API server that is away: whoever waits for the pod says so.
      }
      if (!this.#ended) await sleep(1000, undefined, { signal: this.#pause.signal }).catch(() => {});
    }
  }

  #stream(signal: AbortSignal): Promise<LogLine | null> {
    const known = this.#last;
    let repeated = 0;
    return followLog(this.#cluster, this.#query, known?.time ?? null, signal, ({ time, text }) => {
      const key = timeKey(time);
      if (known !== null) {
        if (key < known.key) return;
        if (key === known.key && ++repeated <= known.count) return;
      }
      this.#last = { time, key, count: this.#last?.key === key ? this.#last.count + 1 : 1 };
      this.#take(text);
    });
  }

  #take(text: string): void {
    this.#lines.push(text);
    this.#onLine(text);
  }
}

/** Sorts as the times do, whatever number of digits and time zone they are written with. */
export function timeKey(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
  const seconds = Math.floor(Date.parse(time.replace(/\.\d+/, "")) / 1000);
  return `${String(seconds).padStart(12, "0")}.${fraction.padEnd(9, "0").slice(0, 9)}`;
}
