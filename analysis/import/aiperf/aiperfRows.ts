import { basename, dirname } from "node:path";
import type { Outcome } from "../../../harness/recordFormat.ts";
import { addGap, newSketch } from "../../itlSketch.ts";
import type { ErrorCount, ItlByStage, RequestColumns } from "../../run.ts";
import { FailureCauses } from "../failureCauses.ts";
import { failureOutcome } from "../failureOutcome.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { readJsonLines } from "../json/jsonLines.ts";
import type { Wanted } from "../json/jsonShapes.ts";
import { countOf, type JsonObject, numberOf, objectOf, textOf, valueAt } from "../json/looseJson.ts";
import { RowCollector } from "../rowCollector.ts";
import { msFactor, timeMs } from "./aiperfUnits.ts";

const DAY_MS = 86_400_000;

const metric: Wanted = { value: true, unit: true };
/** All that is read of a line below. */
const wanted: Wanted = {
  metadata: {
    benchmark_phase: true,
    request_start_ns: true,
    request_end_ns: true,
    credit_issued_ns: true,
    was_cancelled: true,
  },
  metrics: {
    request_latency: metric,
    time_to_first_token: metric,
    usage_completion_tokens: metric,
    usage_prompt_tokens: metric,
    usage_prompt_cache_read_tokens: metric,
    output_sequence_length: metric,
    input_sequence_length: metric,
    inter_chunk_latency: metric,
  },
  error: { message: true, type: true, code: true },
};

/** Lines of profile_export.jsonl: common/models/record_models.py, 2025 (0.1.1) to 2026 (0.12.0). */
export class AiperfRows {
  readonly #rows = new RowCollector();
  readonly #sketches = new Map<number, Float64Array>();
  readonly #gaps = new Map<number, number>();
  readonly #causes = new FailureCauses();
  readonly #problems: string[] = [];
  /** Nanoseconds since 1970 are more than a double holds exactly; differences to the first are exact to 0.3 us. */
  #baseNs = Number.NaN;
  #impossible = 0;
  #counted = 0;

  get zeroMs(): number {
    return this.#rows.length === 0 ? Number.NaN : this.#baseNs / 1e6 + this.#rows.firstMs;
  }

  get itl(): ItlByStage[] {
    return [...this.#sketches].map(([stage, counts]) => ({ stage, counts }));
  }

  gapsOf(stage: number): number {
    return this.#gaps.get(stage) ?? 0;
  }

  get errors(): ErrorCount[] {
    return this.#causes.counts;
  }

  get problems(): string[] {
    if (this.#impossible === 0) return this.#problems;
    const left = `${this.#impossible} of ${this.#rows.length + this.#impossible} requests have times that cannot be and are left out`;
    return [...this.#problems, left];
  }

  get remarks(): string[] {
    const text = "aiperf counted tokens with its own tokenizer where the server's usage is not in its files";
    return this.#counted > 0 ? [`${text}: ${this.#counted} of ${this.#rows.length} requests.`] : [];
  }

  async read(file: string, stage: number): Promise<void> {
    const before = this.#rows.length;
    const { cut, lines } = await readJsonLines(file, wanted, (row) => this.#line(file, row, stage));
    const name = `${basename(dirname(file))}/${basename(file)}`;
    if (cut) this.#problems.push(`${name} ends inside line ${lines}`);
    if (this.#rows.length === before) this.#problems.push(`${name} holds no request that was measured`);
  }

  /** @param leadMs of the run before the first row */
  finish(closed: ReadonlySet<number>, leadMs: number): RequestColumns {
    return this.#rows.finish(this.#rows.length === 0 ? 0 : this.#rows.firstMs - leadMs, closed);
  }

  #line(file: string, row: unknown, stage: number): void {
    const metadata = objectOf(objectOf(row).metadata);
    const metrics = objectOf(objectOf(row).metrics);
    if (metadata.benchmark_phase === "warmup") return;
    const startNs = numberOf(metadata.request_start_ns);
    if (Number.isNaN(startNs)) throw new ImportError(file, "a line has no metadata.request_start_ns", collectAgain);
    if (Number.isNaN(this.#baseNs)) this.#baseNs = startNs;
    const sentMs = (startNs - this.#baseNs) / 1e6;
    const { error } = objectOf(row);
    if (error !== null && error !== undefined) this.#failed(stage, sentMs, metadata, objectOf(error));
    else if (metadata.was_cancelled === true) this.#failed(stage, sentMs, metadata, { message: "cancelled" });
    else this.#answered(file, stage, sentMs, metadata, metrics);
  }

  #answered(file: string, stage: number, sentMs: number, metadata: JsonObject, metrics: JsonObject): void {
    const e2eMs = timeMs(metrics.request_latency);
    if (Number.isNaN(e2eMs))
      throw new ImportError(file, "a line without an error has no request_latency in a unit of time", collectAgain);
    const ttftMs = timeMs(metrics.time_to_first_token);
    if (!(e2eMs >= 0 && e2eMs < DAY_MS) || ttftMs < 0 || ttftMs > e2eMs) {
      this.#impossible++;
      return;
    }
    const used = countOf(valueAt(metrics, "usage_completion_tokens", "value"));
    const outputTokens = used > 0 ? used : countOf(valueAt(metrics, "output_sequence_length", "value"));
    const prompt = countOf(valueAt(metrics, "usage_prompt_tokens", "value"));
    if (used < 0) this.#counted++;
    const gaps = objectOf(metrics.inter_chunk_latency).value;
    const events = Array.isArray(gaps) ? gaps.length + 1 : Number.isNaN(ttftMs) ? 0 : 1;
    const ok = outputTokens > 0;
    if (ok && Array.isArray(gaps)) this.#sketch(stage, gaps, msFactor(metrics.inter_chunk_latency));
    this.#rows.add({
      stage,
      outcome: ok ? "ok" : "empty",
      streamed: !Number.isNaN(ttftMs),
      outputFromUsage: used > 0,
      scheduledMs: this.#scheduled(sentMs, metadata),
      sentMs,
      firstTokenMs: sentMs + ttftMs,
      lastTokenMs: Number.isNaN(ttftMs) ? Number.NaN : sentMs + e2eMs,
      endMs: sentMs + e2eMs,
      promptTokensAsked: -1,
      outputTokensAsked: -1,
      promptTokens: prompt >= 0 ? prompt : countOf(valueAt(metrics, "input_sequence_length", "value")),
      outputTokens: ok ? outputTokens : -1,
      cachedTokens: countOf(valueAt(metrics, "usage_prompt_cache_read_tokens", "value")),
      events,
      status: 200,
    });
    const empty = { outcome: "empty", status: 200, message: "an answer without a token" } as const;
    if (!ok) this.#causes.add(stage, empty);
  }

  #failed(stage: number, sentMs: number, metadata: JsonObject, error: JsonObject): void {
    const message = textOf(error.message) ?? textOf(error.type) ?? "no message";
    const code = numberOf(error.code);
    const cancelled = metadata.was_cancelled === true || code === 499;
    const { outcome, status } = cancelled
      ? { outcome: "cancelled" as Outcome, status: 0 }
      : failureOutcome(`${textOf(error.type) ?? ""} ${message}`, code);
    const endMs = (numberOf(metadata.request_end_ns) - this.#baseNs) / 1e6;
    this.#rows.add({
      stage,
      outcome,
      streamed: false,
      outputFromUsage: false,
      scheduledMs: this.#scheduled(sentMs, metadata),
      sentMs,
      firstTokenMs: Number.NaN,
      lastTokenMs: Number.NaN,
      // An answer with an error status "ends" when it was sent: the end was not kept.
      endMs: endMs > sentMs && endMs - sentMs < DAY_MS ? endMs : Number.NaN,
      promptTokensAsked: -1,
      outputTokensAsked: -1,
      promptTokens: -1,
      outputTokens: -1,
      cachedTokens: -1,
      events: 0,
      status,
    });
    if (outcome !== "cancelled") this.#causes.add(stage, { outcome, status, message: message.split("\n")[0]! });
  }

  /** When the request was due: aiperf issues a credit then, and a worker that is late sends later. 2025 did not keep it. */
  #scheduled(sentMs: number, metadata: JsonObject): number {
    const due = (numberOf(metadata.credit_issued_ns) - this.#baseNs) / 1e6;
    return due <= sentMs && sentMs - due < DAY_MS ? due : sentMs;
  }

  #sketch(stage: number, gaps: readonly unknown[], factor: number): void {
    let sketch = this.#sketches.get(stage);
    if (sketch === undefined) {
      sketch = newSketch();
      this.#sketches.set(stage, sketch);
    }
    let counted = 0;
    for (const gap of gaps) {
      const ms = numberOf(gap) * factor;
      if (!(ms >= 0)) continue;
      addGap(sketch, Math.round(ms * 1000));
      counted++;
    }
    this.#gaps.set(stage, (this.#gaps.get(stage) ?? 0) + counted);
  }
}
