import type { Run } from "../run.ts";
import { ofSystem } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** Gaps and oddities of what was recorded of the engine; no latency or throughput rests on it. */
export function serverRecordFindings(runs: readonly Run[]): Finding[] {
  const remarks = new Set(runs.flatMap(({ server }) => server?.remarks ?? []));
  return [...remarks].map((text) => ofSystem("serverMetrics", "note", text));
}
