import type { Outcome } from "../../../harness/recordFormat.ts";
import type { ErrorCount, RequestColumns } from "../../run.ts";
import { failureOutcome } from "../failureOutcome.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { CauseTable } from "../inferencePerf/inferencePerfCauses.ts";
import type { JsonPath } from "../json/jsonElements.ts";
import type { Wanted } from "../json/jsonShapes.ts";
import { countOf, type JsonObject, numberOf, objectOf, textOf, valueAt } from "../json/looseJson.ts";
import { RowCollector } from "../rowCollector.ts";

const statuses = ["successful", "errored", "incomplete"] as const;
/** Where a result file has its requests, by `statuses`. */
export const rowArrays: readonly JsonPath[] = statuses.map((status) => ["benchmarks", "*", "requests", status]);

/** All that is read of a request below. */
export const wantedOfRow: Wanted = {
  info: {
    error: true,
    timings: {
      request_start: true,
      resolve_start: true,
      scheduled_at: true,
      targeted_start: true,
      request_end: true,
      resolve_end: true,
      first_token_iteration: true,
      first_iteration: true,
      last_token_iteration: true,
      last_iteration: true,
      token_iterations: true,
    },
  },
  input_metrics: { cached_tokens: true },
  output_metrics: { total_tokens: true },
  prompt_tokens: true,
  output_tokens: true,
  cached_tokens: true,
};

/** The first that is there counts. */
const sentKeys = ["request_start", "resolve_start", "scheduled_at", "targeted_start"];
const endKeys = ["request_end", "resolve_end"];
const firstTokenKeys = ["first_token_iteration", "first_iteration"];
const lastTokenKeys = ["last_token_iteration", "last_iteration"];

const DAY_MS = 86_400_000;

/** Requests of one file: guidellm/schemas/request_stats.py and info.py, v0.5.4 to v0.8.1. Times there are Unix seconds. */
export class GuidellmRows {
  readonly #file: string;
  readonly #rows = new RowCollector();
  readonly #causes = new CauseTable();
  #errors: ErrorCount[] = [];
  /** Per benchmark, requests in its lists, by `statuses`. */
  readonly #listed: number[][] = [];
  /** Of the first row: differences of times of today keep digits that the times themselves have no room for. */
  #baseSeconds = Number.NaN;
  #impossible = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Epoch ms of time 0 of the rows. */
  get zeroMs(): number {
    return this.#rows.length === 0 ? Number.NaN : this.#baseSeconds * 1000 + this.#rows.firstMs;
  }

  get problems(): (string | null)[] {
    const left = `${this.#impossible} of ${this.#rows.length + this.#impossible} requests end before they start and are left out`;
    return [this.#impossible === 0 ? null : `${left}: the clock of the client was set, or the file is damaged`];
  }

  /** Of the rows that `finish` kept. */
  get errors(): ErrorCount[] {
    return this.#errors;
  }

  /**
   * Where a benchmark's lists are a sample of its requests (metrics.sample_size), which any rate would take for all of them; null: they
   * are whole. `requests_made.incomplete` also counts what was never sent, so there the metrics' own total is the least.
   */
  sampled(benchmark: unknown, stage: number): string | null {
    const made = objectOf(valueAt(benchmark, "scheduler_metrics", "requests_made"));
    const total = objectOf(valueAt(benchmark, "metrics", "request_totals"));
    const least = [countOf(made.successful), countOf(made.errored), countOf(total.incomplete)];
    const short = statuses.flatMap((status, array) => {
      const listed = this.#listed[stage]?.[array] ?? 0;
      return listed < (least[array] as number) ? [`${listed} of ${least[array]} ${status} requests`] : [];
    });
    return short.length === 0 ? null : `benchmarks[${stage}] lists ${short.join(" and ")}`;
  }

  /** @param array index into `rowArrays` @param stage index of the benchmark */
  add(value: unknown, array: number, stage: number): void {
    this.#listed[stage] ??= statuses.map(() => 0);
    (this.#listed[stage][array] as number)++;
    const info = objectOf(objectOf(value).info);
    const timings = objectOf(info.timings);
    const sent = firstOf(timings, sentKeys);
    const end = firstOf(timings, endKeys);
    if (Number.isNaN(sent) || (array === 0 && Number.isNaN(end))) {
      const place = `benchmarks[${stage}].requests.${statuses[array]}`;
      throw new ImportError(this.#file, `a request of ${place} has no start or end in info.timings`, collectAgain);
    }
    if (Number.isNaN(this.#baseSeconds)) this.#baseSeconds = sent;
    const ms = (time: number) => (time - this.#baseSeconds) * 1000;
    const first = ms(firstOf(timings, firstTokenKeys));
    const last = ms(firstOf(timings, lastTokenKeys));
    const sentMs = ms(sent);
    const endMs = ms(end);
    if (endMs < sentMs || endMs - sentMs > DAY_MS || first < sentMs || last < first) {
      this.#impossible++;
      return;
    }
    const outputTokens = countOf(objectOf(value).output_tokens);
    const { outcome, status } = this.#outcome(array, outputTokens, info);
    const targeted = ms(numberOf(timings.targeted_start));
    this.#rows.add({
      stage,
      outcome,
      streamed: !Number.isNaN(first),
      // Without usage guidellm counts iterations, and its own total stays null.
      outputFromUsage: countOf(valueAt(value, "output_metrics", "total_tokens")) >= 0,
      // A request that waits for a free worker was late, which the server's user would have felt.
      scheduledMs: targeted <= sentMs && sentMs - targeted < DAY_MS ? targeted : sentMs,
      sentMs,
      firstTokenMs: first,
      lastTokenMs: last,
      endMs,
      promptTokensAsked: -1,
      outputTokensAsked: -1,
      promptTokens: countOf(objectOf(value).prompt_tokens),
      // 0 is what it says of an answer without usage and without a token.
      outputTokens: outputTokens > 0 ? outputTokens : -1,
      cachedTokens: countOf(objectOf(value).cached_tokens ?? valueAt(value, "input_metrics", "cached_tokens")),
      events: Math.max(0, countOf(timings.token_iterations)),
      status,
    });
    this.#causes.add(
      outcome === "cancelled" ? { outcome: "ok", status, message: "" } : { outcome, status, message: messageOf(info) },
    );
  }

  /**
   * @param closed stages without intended times
   * @param measured Unix seconds, per stage: requests that lie before or after it were warm-up or cool-down, which
   *   guidellm writes with the others (benchmark/schemas/accumulator.py@v0.7.3, get_within_range); null: all count
   */
  finish(
    closed: ReadonlySet<number>,
    measured: readonly (readonly [number, number] | null)[],
  ): { columns: RequestColumns; startMs: number | null } {
    const zero = this.#rows.length === 0 ? 0 : this.#rows.firstMs;
    const startMs = this.zeroMs;
    const ms = (seconds: number) => (seconds - this.#baseSeconds) * 1000;
    const windows = measured.map((one) => one && { fromMs: ms(one[0]), untilMs: ms(one[1]) });
    this.#errors = this.#causes.counts(this.#rows.stagesWithin(windows));
    return { columns: this.#rows.finish(zero, closed, windows), startMs: Math.abs(startMs) < 8e15 ? startMs : null };
  }

  #outcome(array: number, outputTokens: number, info: Readonly<Record<string, unknown>>) {
    // Stopped by guidellm at the end of the load.
    if (array === 2) return { outcome: "cancelled" as Outcome, status: 0 };
    if (array === 1) return failureOutcome(textOf(info.error) ?? "");
    // Up to 0.7.2 guidellm takes any answer with status 200 for a success (guidellm#615).
    if (outputTokens <= 0) return { outcome: "empty" as Outcome, status: 200 };
    return { outcome: "ok" as Outcome, status: 200 };
  }
}

function messageOf(info: JsonObject): string {
  return textOf(info.error)?.split("\n")[0] ?? "an answer without a token, which guidellm counts as a success";
}

function firstOf(timings: JsonObject, keys: readonly string[]): number {
  for (const key of keys) {
    const time = numberOf(timings[key]);
    if (!Number.isNaN(time)) return time;
  }
  return Number.NaN;
}
