import { type JsonObject, numberOf, textOf, valueAt } from "../json/looseJson.ts";
import type { RowsRead } from "./inferencePerfRows.ts";
import type { FoundStage } from "./inferencePerfStages.ts";

const LATE_MS = 10;

/** What a reader must know of these numbers. */
export function remarksOf(
  stages: readonly FoundStage[],
  config: JsonObject | null,
  rows: RowsRead | null,
): readonly string[] {
  const open = stages.some(({ plan }) => plan.load.type !== "concurrency");
  const type = textOf(valueAt(config, "load", "type"));
  const said = [
    "E2E ends after the client has counted the answer's tokens, so it holds some of the client's own work.",
    "What inference-perf reports itself: rates are over the time from first send to last answer, TTFT leaves out answers of one token, " +
      "and output tokens are counted by the client's tokenizer unless use_server_output_tokens is set.",
  ];
  if (open) {
    const what = type === null ? "Its rates" : `Its load "${type}"`;
    said.push(`${what} had random gaps; it is compared with Poisson arrivals.`);
    said.push(
      "Rows do not keep the intended time, so latencies count from the sending: waiting inside the client is left out.",
    );
  }
  for (const { plan, report } of stages) {
    if (plan.load.type === "concurrency") continue;
    const lateMs = 1000 * numberOf(valueAt(report, "load_summary", "schedule_delay", "p99"));
    if (lateMs > LATE_MS)
      said.push(`Stage "${plan.name}": requests left late, ${lateMs.toFixed(0)} ms at p99 by its own report.`);
  }
  if (rows === null) said.push("Without request rows stages are laid end to end; when each began is not known.");
  else if (rows.promptsByClient > 0)
    said.push(
      `${rows.promptsByClient} prompts were counted by the client's tokenizer, since the server sent no usage.`,
    );
  if (rows !== null && rows.everyStamped > 0)
    said.push(
      "Written by 0.4 or older, which stamped events without text: the last token's time is that of [DONE], and there is no ITL.",
    );
  if (numberOf(valueAt(config, "load", "request_retries")) > 0)
    said.push("load.request_retries is set: a request that succeeded at its second try counts as one success.");
  return said;
}
