import type { ErrorCount } from "../../run.ts";
import { FailureCauses } from "../failureCauses.ts";
import { failureOutcome } from "../failureOutcome.ts";
import { readJsonElements } from "../json/jsonElements.ts";
import { countOf, numberOf, objectOf, textOf } from "../json/looseJson.ts";
import type { RowCollector } from "../rowCollector.ts";
import type { FmperfStage } from "./fmperfCsv.ts";

/** A request whose records are still coming: they follow each other, worker by worker. */
interface Open {
  readonly stage: number;
  readonly worker: unknown;
  readonly request: unknown;
  readonly sentMs: number;
  firstMs: number;
  lastMs: number;
  endMs: number;
  tokens: number;
  events: number;
  failure: string | null;
}

const MAX_REQUEST_MS = 1e9;

/**
 * `{"results": [...]}` or a bare list of fmperf/loadgen/run.py at 8d85bc3: one record per token, `timestamp` in ns since 1970 and `duration_ms`
 * from the record before (the first one: from the call). Shapes by that source; no file of a real run was at hand.
 * @param firstStage of the stages found here, one per number of users
 */
export async function readNativeResults(
  file: string,
  rows: RowCollector,
  firstStage: number,
): Promise<{ stages: readonly FmperfStage[]; errors: readonly ErrorCount[] }> {
  const users: number[] = [];
  const counts: number[] = [];
  const errors = new FailureCauses();
  let open: Open | null = null;
  let bad = 0;
  const close = () => {
    if (open === null) return;
    counts[open.stage] = (counts[open.stage] ?? 0) + 1;
    addRow(open, rows, firstStage, errors);
    open = null;
  };
  const { cut } = await readJsonElements(file, [["results"], []], (element) => {
    const record = objectOf(element);
    const [time, gap] = [numberOf(record.timestamp) / 1e6, numberOf(record.duration_ms)];
    const level = countOf(record.exp_num_users);
    if (!(time > 0 && time < 8e15 && gap >= 0 && gap < MAX_REQUEST_MS && level > 0)) {
      bad++;
      return;
    }
    if (!users.includes(level)) users.push(level);
    const stage = users.indexOf(level);
    const { worker_idx: worker, request_idx: request } = record;
    const same: boolean = open !== null && open.stage === stage && open.worker === worker && open.request === request;
    if (!same) {
      close();
      open = {
        stage,
        worker,
        request,
        sentMs: time - gap,
        firstMs: Number.NaN,
        lastMs: Number.NaN,
        endMs: time,
        tokens: 0,
        events: 0,
        failure: null,
      };
    }
    addRecord(open as unknown as Open, time, countOf(record.n_tokens), record.ok === true, textOf(record.error));
  });
  close();
  const name = file.split("/").at(-1);
  const problems = [
    ...(cut === null ? [] : [`${name} ${cut}`]),
    ...(bad > 0 ? [`${bad} records of ${name} cannot be read and are left out`] : []),
  ];
  const stages = users.map((concurrency, i) => {
    const load = { type: "concurrency", concurrency } as const;
    return {
      plan: { name: `concurrency ${concurrency}`, load, stop: { requests: counts[i] ?? 0 } },
      problems: i === 0 ? problems : [],
    };
  });
  return { stages, errors: errors.counts };
}

function addRecord(open: Open, time: number, tokens: number, ok: boolean, error: string | null): void {
  // Several tokens of one event are records of the same time.
  if (ok && time !== open.lastMs) open.events++;
  open.endMs = Math.max(open.endMs, time);
  if (!ok) {
    open.failure = error ?? "unknown error";
    return;
  }
  if (Number.isNaN(open.firstMs)) open.firstMs = time;
  open.lastMs = Math.max(open.endMs, time);
  open.tokens += Math.max(0, tokens);
}

function addRow(open: Open, rows: RowCollector, firstStage: number, errors: FailureCauses): void {
  const { sentMs, firstMs, lastMs, endMs, tokens, events, failure } = open;
  const failed = failure === null ? null : failureOutcome(failure);
  const outcome = failed?.outcome ?? (tokens === 0 ? "empty" : "ok");
  rows.add({
    stage: firstStage + open.stage,
    outcome,
    streamed: true,
    outputFromUsage: true,
    scheduledMs: sentMs,
    sentMs,
    firstTokenMs: firstMs,
    lastTokenMs: lastMs,
    endMs,
    promptTokensAsked: -1,
    outputTokensAsked: -1,
    promptTokens: -1,
    outputTokens: tokens > 0 ? tokens : -1,
    cachedTokens: -1,
    events,
    status: failed?.status ?? 200,
  });
  if (outcome === "ok") return;
  const message = failure ?? "an answer without a token";
  errors.add(firstStage + open.stage, { outcome, status: failed?.status ?? 200, message });
}
