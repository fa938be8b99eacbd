import type { Analysis } from "../analysis/analysis.ts";
import type { BenchmarkResult } from "../run/benchmark.ts";
import { type Driver, progressLine, type RunProgress } from "../run/driver.ts";
import { LiveLine } from "./liveLine.ts";

/** `./bench` as the driver: progress on the terminal, Ctrl-C as the signal, the result kept for the command to print. */
export class TerminalDriver implements Driver {
  readonly retry: boolean;
  readonly signal: AbortSignal;
  result: BenchmarkResult | null = null;
  /** Runs are under way, or were. */
  begun = false;
  readonly #finished = Promise.withResolvers<void>();
  readonly #line: LiveLine;
  readonly #abandon = new AbortController();

  constructor(options: { retry: boolean; interrupt: AbortController }) {
    this.retry = options.retry;
    this.signal = AbortSignal.any([options.interrupt.signal, this.#abandon.signal]);
    this.#line = new LiveLine(process.stderr);
  }

  /** `preview` prints it itself, before the engine is started. */
  plan(): void {}

  status(text: string): void {
    this.#line.update(text);
  }

  say(line: string): void {
    this.begun = true;
    this.#line.print(line);
  }

  warn(line: string): void {
    this.#line.print(`warning: ${line}`);
  }

  progress(progress: RunProgress): void {
    this.#line.update(progressLine(progress));
  }

  end(): void {
    this.#line.end();
  }

  /** The program ended with an error: nobody will tell how the runs ended. */
  failed(): void {
    this.#finished.resolve();
  }

  /** The engine has given up while the program still works: it closes what is open, for at most `seconds`. */
  async abandon(seconds: number): Promise<void> {
    this.#abandon.abort();
    await this.settled(seconds);
  }

  /** Resolves when the runs have ended and are on disk; at most `seconds` later, since nothing may hang at Ctrl-C. */
  async settled(seconds: number): Promise<void> {
    const bound = new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000).unref());
    if (this.begun) await Promise.race([this.#finished.promise, bound]);
  }

  async finish(result: BenchmarkResult): Promise<Analysis | null> {
    this.end();
    this.result = result;
    this.#finished.resolve();
    return result.analysis;
  }
}
