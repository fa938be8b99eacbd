import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { constants, createGzip, type Gzip } from "node:zlib";
import { type ServerMetricsHead, type ServerMetricsLine, serverMetricsFile } from "../recordFormat.ts";

/** Of lines that wait for the disk. Metrics must neither fill the memory nor stop the run. */
const MOST_WAITING_BYTES = 8 * 2 ** 20;

/** server_metrics.jsonl.gz, compressed beside the thread that measures. A disk that fails ends this file, not the run. */
export class MetricsFile {
  readonly #gzip: Gzip;
  readonly #written: Promise<void>;
  #lost = 0;
  #failed = false;

  constructor(folder: string, head: ServerMetricsHead) {
    this.#gzip = createGzip({ level: 4 });
    const file = createWriteStream(join(folder, serverMetricsFile));
    const fail = (): void => {
      this.#failed = true;
    };
    this.#gzip.on("error", fail);
    this.#written = finished(this.#gzip.pipe(file)).catch(fail);
    this.#gzip.write(`${JSON.stringify(head)}\n`);
  }

  write(line: ServerMetricsLine): void {
    if (this.#failed) return;
    if (this.#gzip.writableLength > MOST_WAITING_BYTES) {
      this.#lost++;
      return;
    }
    const lost = this.#lost > 0 ? { lost: this.#lost } : {};
    this.#lost = 0;
    this.#gzip.write(`${JSON.stringify({ ...line, ...lost })}\n`);
  }

  /** What was written can be read even if the process is killed now. */
  flush(): void {
    if (!this.#failed) this.#gzip.flush(constants.Z_SYNC_FLUSH);
  }

  async close(): Promise<void> {
    this.#gzip.end();
    await this.#written;
  }
}
