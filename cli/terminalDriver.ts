import type { Analysis } from "../analysis/analysis.ts";
import type { BenchmarkResult } from "../run/benchmark.ts";
import { type Driver, progressLine, type RunProgress } from "../run/driver.ts";
import { LiveLine } from "./liveLine.ts";

/** `./bench` as the driver: progress on the terminal, Ctrl-C as the signal, the result kept for the command to print. */
export class TerminalDriver implements Driver {
  readonly retry: boolean;
  result: BenchmarkResult | null = null;
  /** Runs are under way, or were. */
  begun = false;
  readonly #finished = Promise.withResolvers<void>();
  readonly #line: LiveLine;
  readonly #interrupt: AbortController;

  constructor(options: { retry: boolean; interrupt: AbortController }) {
    this.retry = options.retry;
    this.#interrupt = options.interrupt;
    this.#line = new LiveLine(process.stderr);
  }

  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

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
