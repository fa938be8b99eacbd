import type { Measured, StageAnalysis, StageMetrics, SystemAnalysis } from "../analysis.ts";
import { cellText, footnotes, numberText, percentText } from "./cellText.ts";
import { takenText } from "./takenText.ts";
import type { Column } from "./textTable.ts";

/** The table that a reader sees first, in the terminal and in README.md: one row per load. */
export interface LoadTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

interface MeasuredColumn {
  readonly head: readonly string[];
  readonly of: (metrics: StageMetrics) => Measured;
  readonly text?: (value: number) => string;
}

const columns: readonly MeasuredColumn[] = [
  { head: ["ok", "%"], of: okShare, text: percentText },
  { head: ["output", "tok/s"], of: ({ outputTokensPerSecond }) => outputTokensPerSecond },
  { head: ["", "req/s"], of: ({ requestsPerSecond }) => requestsPerSecond },
  { head: ["TTFT ms", "p50"], of: ({ ttftMs }) => ttftMs.p50 },
  { head: ["TTFT ms", "p95"], of: ({ ttftMs }) => ttftMs.p95 },
  { head: ["TPOT ms", "p50"], of: ({ tpotMs }) => tpotMs.p50 },
  { head: ["ITL ms", "p99"], of: ({ itlMs }) => itlMs.p99 },
  { head: ["E2E ms", "p50"], of: ({ e2eMs }) => e2eMs.p50 },
];

export function loadTable({ loadType, stages }: SystemAnalysis): LoadTable {
  return {
    columns: [
      { head: loadHead(loadType), align: "right" },
      { head: ["", "requests"], align: "right" },
      ...columns.map(({ head }): Column => ({ head, align: "right" })),
    ],
    rows: stages.map(({ load, pooled }) => [
      String(load),
      String(pooled.sent - pooled.outcomes.cancelled),
      ...columns.map(({ of, text = numberText }) => cellText(of(pooled), text)),
    ]),
    notes: [
      ...takenText({ stages }),
      ...footnotes(
        stages.flatMap(({ pooled }) =>
          columns.map(({ head, of }) => ({ label: head.join(" ").trim(), measured: of(pooled) })),
        ),
      ),
    ],
  };
}

/** Heads name what the load is: "requests/s" over closed-loop data would be a lie. */
export function loadHead(loadType: StageAnalysis["loadType"]): readonly string[] {
  return loadType === "concurrency" ? ["", "concurrency"] : [`${loadType} rate`, "requests/s"];
}

function okShare({ failureRate }: StageMetrics): Measured {
  return failureRate.value === null ? failureRate : { value: 1 - failureRate.value };
}
