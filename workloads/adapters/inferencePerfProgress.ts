import type { HarnessProgress } from "../../harness/recordFormat.ts";
import type { PlannedStage } from "../adapter.ts";

/** `Stage 2 - run started`, `run completed` and `run failed` of loadgen/load_generator.py; between them it tells nothing. */
const line = /Stage (-?\d+) - (?:session-based )?run (started|completed|failed)/;

/** Counts are 0: the log has none before the end. */
export function inferencePerfProgress(stages: readonly PlannedStage[]): (line: string) => HarnessProgress | null {
  const started = Date.now();
  return (text) => {
    const elapsedSeconds = (Date.now() - started) / 1000;
    const base = { stages: stages.length, elapsedSeconds, inFlight: 0, ok: 0, failed: 0 };
    if (text.includes("Running preprocessing stage"))
      return { ...base, phase: "warmup", stage: 0, name: "search for the limit", etaSeconds: null };
    const [, id, what] = line.exec(text) ?? [];
    const stage = Number(id);
    if (what === undefined || stage < 0) return null;
    const last = stage === stages.length - 1;
    const phase = what === "started" ? "stage" : last ? "done" : "draining";
    const left = stages.slice(what === "started" ? stage : stage + 1);
    const etaSeconds = left.every(({ seconds }) => seconds !== null)
      ? left.reduce((sum, { seconds }) => sum + (seconds as number), 0)
      : null;
    return { ...base, phase, stage: stage + 1, name: stages[stage]?.name ?? `stage ${stage}`, etaSeconds };
  };
}
