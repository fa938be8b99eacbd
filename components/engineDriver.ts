import * as pulumi from "@pulumi/pulumi";
import type { Analysis } from "../analysis/analysis.ts";
import type { BenchmarkResult } from "../run/benchmark.ts";
import { type Driver, progressLine, type RunProgress } from "../run/driver.ts";

/** Under a plain `pulumi`: progress goes to the engine's log, the way to stop is the engine's own. */
export class EngineDriver implements Driver {
  readonly retry = process.env.LLMBENCH_RETRY === "1";
  readonly #interrupt = new AbortController();
  #lastLine = 0;

  constructor() {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => this.#interrupt.abort());
  }

  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  plan(text: string): void {
    void pulumi.log.info(text);
  }

  say(line: string): void {
    void pulumi.log.info(line);
  }

  warn(line: string): void {
    void pulumi.log.warn(line);
  }

  status(line: string): void {
    if (Date.now() - this.#lastLine < 1000) return;
    this.#lastLine = Date.now();
    void pulumi.log.info(line, undefined, undefined, true);
  }

  progress(progress: RunProgress): void {
    this.status(progressLine(progress));
  }

  async finish(result: BenchmarkResult): Promise<Analysis | null> {
    if (result.analysis !== null) {
      // Statistics are 400 modules, which a preview has no use for.
      const { terminalTable } = await import("../analysis/write/terminalTable.ts");
      await pulumi.log.info(terminalTable(result.analysis));
    }
    if (result.problems.length > 0) {
      const next =
        result.notMade === result.problems.length
          ? "The next up makes what was not made"
          : "Run again with LLMBENCH_RETRY=1, or ./bench up STACK --retry";
      await pulumi.log.error(`${result.problems.join("\n")}\n${next}`);
      // A rejected apply ends `up` only 15 to 38 s later: the SDK sets process.exitCode and its open channels hold Node.
      process.exit(32);
    }
    if (result.ran === 0) await pulumi.log.info("nothing was to be done: every run is complete");
    return result.analysis;
  }
}
