import { causeKey } from "../../errorCauses.ts";
import { type Failure, shortened } from "../failureCauses.ts";
import { collectAgain, ImportError } from "../importError.ts";
import { readJsonElements } from "../json/jsonElements.ts";
import { NumberList } from "../numberList.ts";
import { outcomeOf } from "./vllmBenchmarkOutcome.ts";

/**
 * One result file of `vllm bench serve`: one load. Written by main_async in vllm/benchmarks/serve.py; what each version writes
 * was read there at v0.9.2 to v0.32.0, and checked with files of those named in test/data/vllm-benchmark.
 */
export interface BenchFile {
  readonly file: string;
  /** All that is not a list with an entry per request. */
  readonly told: Readonly<Record<string, unknown>>;
  readonly requests: number;
  /** null where the version or the flags left it out. Seconds; start times on a clock that has no known zero. */
  readonly lists: Readonly<Record<NumberColumn, NumberList | null>>;
  /** Chunk gaps of all requests, in seconds, one request after the other; `gapCounts` says how many each has. */
  readonly gaps: NumberList;
  readonly gapCounts: NumberList;
  /** Sum of each request's gaps. */
  readonly gapSums: NumberList;
  /** Why requests failed, by their index; what stands for many is there once. */
  readonly errors: ReadonlyMap<number, Failure>;
  /** Where the file ends too early; null: it is whole. */
  readonly cut: string | null;
}

/**
 * start_times: since v0.15.0; latencies and queue_times: later than v0.29.0. The others need --save-detailed only
 * (latencies and queue_times do not).
 */
const numberColumns = ["input_lens", "output_lens", "ttfts", "start_times", "latencies", "queue_times"] as const;
export type NumberColumn = (typeof numberColumns)[number];
const others = ["itls", "errors", "generated_texts"] as const;
const columns = [...numberColumns, ...others];

/** Longer than any run; beyond it a value is damage. Start times count from the machine's boot. */
const MAX_SECONDS = 1e9;
const MAX_TOKENS = 2 ** 31 - 1;
const MAX_CAUSES = 10_000;

/** @returns null for a JSON file that is no result of `vllm bench serve`  @throws ImportError for one that is damaged */
export async function readBenchFile(file: string): Promise<BenchFile | null> {
  const lists = Object.fromEntries(numberColumns.map((name) => [name, new NumberList()])) as Record<
    NumberColumn,
    NumberList
  >;
  const [gaps, gapCounts, gapSums] = [new NumberList("single"), new NumberList(), new NumberList()];
  const errors = new Map<number, Failure>();
  const failures = new KnownFailures();
  let errorCount = 0;
  const paths = columns.map((name) => [name]);
  const take = (element: unknown, column: number) => {
    const name = columns[column] as (typeof columns)[number];
    if (name === "generated_texts") return;
    if (name === "errors") {
      if (typeof element !== "string") throw damaged(file, name, errorCount, element, "a text");
      if (element !== "") errors.set(errorCount, failures.of(element));
      errorCount++;
    } else if (name === "itls") {
      addGaps(file, element, { gaps, gapCounts, gapSums });
    } else {
      const list = lists[name];
      const limit = name.endsWith("_lens") ? MAX_TOKENS : MAX_SECONDS;
      list.push(numberOf(file, name, list.length, element, limit));
    }
  };
  const { value, cut } = await readJsonElements(file, paths, take, true);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    if (cut === null) return null;
    throw new ImportError(file, cut, collectAgain);
  }
  const told = value as Record<string, unknown>;
  if (!("duration" in told) && !("completed" in told)) {
    if (cut === null) return null;
    throw new ImportError(file, `${cut}, before any result`, collectAgain);
  }
  const requests = errorCount;
  const kept = Object.fromEntries(
    numberColumns.map((name) => [name, name in told && cut === null ? lists[name] : null]),
  ) as BenchFile["lists"];
  if (cut === null) checkLengths(file, told, requests, { ...kept, itls: "itls" in told ? gapCounts : null });
  return { file, told, requests, lists: kept, gaps, gapCounts, gapSums, errors, cut };
}

/** The text of a failure is a whole traceback: one line of it is kept, once for all failures of its cause. */
class KnownFailures {
  readonly #known = new Map<string, Failure>();

  of(text: string): Failure {
    const { outcome, status, message } = outcomeOf(text);
    const key = causeKey({ outcome, status, message });
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const many = this.#known.size >= MAX_CAUSES;
    const failure = { outcome, status, message: many ? "one of many other causes" : shortened(message) };
    // Of what is beyond there is one for each outcome and status.
    const place = many ? causeKey(failure) : key;
    const kept = this.#known.get(place) ?? failure;
    this.#known.set(place, kept);
    return kept;
  }
}

function addGaps(
  file: string,
  element: unknown,
  { gaps, gapCounts, gapSums }: Pick<BenchFile, "gaps" | "gapCounts" | "gapSums">,
): void {
  if (!Array.isArray(element)) throw damaged(file, "itls", gapCounts.length, element, "a list of seconds");
  let sum = 0;
  for (const gap of element) {
    const seconds = numberOf(file, "itls", gapCounts.length, gap, MAX_SECONDS);
    gaps.push(seconds);
    sum += seconds;
  }
  gapCounts.push(element.length);
  gapSums.push(sum);
}

function numberOf(file: string, column: string, index: number, value: unknown, limit: number): number {
  if (typeof value === "number" && value >= 0 && value <= limit) return value;
  throw damaged(file, column, index, value, `a number from 0 to ${limit}`);
}

function damaged(file: string, column: string, index: number, value: unknown, allowed: string): ImportError {
  const shown = JSON.stringify(value) ?? "nothing";
  return new ImportError(file, `${column}[${index}] is ${shown.slice(0, 60)}, not ${allowed}`, collectAgain);
}

/** A list that lost an entry would put every later value to the wrong request. */
function checkLengths(
  file: string,
  told: Readonly<Record<string, unknown>>,
  requests: number,
  lists: Readonly<Record<string, NumberList | null>>,
): void {
  if (!("errors" in told)) return;
  for (const [name, list] of Object.entries(lists)) {
    if (list === null || list.length === requests) continue;
    throw new ImportError(file, `${name} has ${list.length} entries, errors has ${requests}`, collectAgain);
  }
}
