import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A benchmark server in a process of its own: one JSON line on stdout when it listens, one per question on stdin. */
export class ChildServer {
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, port: number) {
    this.#child = child;
    this.#lines = lines;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** @param file of this folder */
  static async start(file: string, args: readonly string[]): Promise<ChildServer> {
    const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new Error(`${file} ended before it listened`);
    return new ChildServer(child, lines, (JSON.parse(first.value) as { port: number }).port);
  }

  async ask<T>(question: string): Promise<T> {
    this.#child.stdin!.write(`${question}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error("the benchmark's server ended too early");
    return JSON.parse(line.value) as T;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
