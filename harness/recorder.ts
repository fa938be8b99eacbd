import { access, type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { Batch } from "./batch.ts";
import type { Exchange } from "./exchange.ts";
import type { HarnessPlan } from "./plan.ts";
import { PlanError } from "./planError.ts";
import type { HarnessSummary } from "./recordFormat.ts";
import { replaceFile } from "./replaceFile.ts";

const recordsFile = "requests.bin";
const LONGEST_MESSAGE = 500;
/** Batches waiting for the disk, about 1 MB each, before we give up: memory must stay bounded. */
const MOST_WAITING = 64;

/**
 * Writes the run's files while it runs. Per batch: arrivals, then errors, then the records that point to them, so that
 * whatever stops the process, every record on disk is whole and has what it refers to. Writes are asynchronous: a slow
 * disk must not stop the clock of the requests.
 */
export class Recorder {
  readonly #folder: string;
  readonly #secret: string | null;
  readonly #originMs: number;
  readonly #files: ResultFiles;
  readonly #onFailure: (error: Error) => void;
  readonly #spare: Batch[] = [];
  #batch = new Batch();
  #waiting: Batch[] = [];
  #writing: Promise<void> | null = null;
  #arrivalsBytes = 0;
  #recordsBytes = 0;
  failure: Error | null = null;

  private constructor(folder: string, options: RecorderOptions, files: ResultFiles) {
    this.#folder = folder;
    this.#secret = options.secret;
    this.#originMs = options.originMs;
    this.#onFailure = options.onFailure;
    this.#files = files;
  }

  /** @throws PlanError when the folder holds results already: they are never written over. */
  static async open(folder: string, plan: HarnessPlan, options: RecorderOptions): Promise<Recorder> {
    await mkdir(folder, { recursive: true });
    await refuseTaken(folder);
    await replaceFile(join(folder, "plan.json"), plan);
    const files = {
      records: await open(join(folder, recordsFile), "wx"),
      arrivals: await open(join(folder, "arrivals.bin"), "w"),
      errors: await open(join(folder, "errors.jsonl"), "w"),
    };
    return new Recorder(folder, options, files);
  }

  /** The message of a failed request, as it may be shown: without the API key, which some servers repeat, and cut. */
  cleanMessage(message: string): string {
    const clean = this.#secret === null ? message : message.replaceAll(this.#secret, "***");
    return clean.length > LONGEST_MESSAGE ? `${clean.slice(0, LONGEST_MESSAGE - 3)}...` : clean;
  }

  add(exchange: Exchange): void {
    const batch = this.#batch;
    batch.add(exchange, this.#originMs, this.#arrivalsBytes);
    this.#arrivalsBytes += exchange.arrivals.length;
    if (exchange.outcome !== "ok") {
      const { request, stage } = exchange.assignment;
      const message = this.cleanMessage(exchange.message ?? "");
      batch.errors += `${JSON.stringify({ request, stage, outcome: exchange.outcome, status: exchange.status, message })}\n`;
    }
    if (batch.full) this.#queue();
  }

  /** Starts to write what there is; returns at once. */
  flush(): void {
    // A batch that waits is flushed soon enough; cutting more would only make more, smaller writes.
    if (this.#writing === null) this.#queue();
  }

  /** Everything added so far is on its way to the disk when this resolves. @throws the write error. */
  async drain(): Promise<void> {
    this.#queue();
    await this.#writing;
    if (this.failure !== null) throw this.failure;
  }

  async close(): Promise<void> {
    await this.#writing;
    await Promise.all(Object.values(this.#files).map((file) => file.close()));
  }

  /** Replaces summary.json in one step: a reader sees the old one or the new one. */
  async writeSummary(summary: HarnessSummary): Promise<void> {
    await replaceFile(join(this.#folder, "summary.json"), summary);
  }

  #queue(): void {
    if (this.#batch.recordBytes === 0 || this.failure !== null) return;
    this.#waiting.push(this.#batch);
    this.#batch = this.#spare.pop() ?? new Batch();
    if (this.#waiting.length > MOST_WAITING) {
      this.#fail(new Error(`the disk of ${this.#folder} is too slow: ${MOST_WAITING} MB of results wait for it`));
      return;
    }
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      for (let batch = this.#waiting[0]; batch !== undefined && this.failure === null; batch = this.#waiting[0]) {
        await writeWhole(this.#files.arrivals, batch.arrivals, batch.arrivalBytes);
        if (batch.errors !== "") await this.#files.errors.appendFile(batch.errors);
        await writeWhole(this.#files.records, batch.records, batch.recordBytes);
        this.#recordsBytes += batch.recordBytes;
        this.#waiting.shift();
        batch.clear();
        this.#spare.push(batch);
      }
    } catch (error) {
      // A disk that fills up may have taken half a record.
      await this.#files.records.truncate(this.#recordsBytes).catch(() => {});
      this.#fail(new Error(`cannot write the results in ${this.#folder}: ${(error as Error).message}`));
    } finally {
      this.#writing = null;
    }
  }

  #fail(error: Error): void {
    if (this.failure !== null) return;
    this.failure = error;
    this.#waiting = [];
    this.#onFailure(error);
  }
}

/** @throws PlanError when the folder holds results */
export async function refuseTaken(folder: string): Promise<void> {
  const taken = await access(join(folder, recordsFile)).then(
    () => true,
    () => false,
  );
  if (taken) throw new PlanError("--out", folder, "a new or empty folder; this one holds the results of a run");
}

interface ResultFiles {
  readonly records: FileHandle;
  readonly arrivals: FileHandle;
  readonly errors: FileHandle;
}

export interface RecorderOptions {
  readonly originMs: number;
  /** The API key: replaced by *** wherever it would be written. */
  readonly secret: string | null;
  /** Called once, when writing has failed. */
  readonly onFailure: (error: Error) => void;
}

async function writeWhole(file: FileHandle, buffer: Buffer, length: number): Promise<void> {
  for (let at = 0; at < length; ) {
    const { bytesWritten } = await file.write(buffer, at, length - at);
    at += bytesWritten;
  }
}
