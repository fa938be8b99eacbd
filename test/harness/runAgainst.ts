import assert from "node:assert/strict";
import type { HarnessPlan, Stage } from "../../harness/plan.ts";
import type { StageSummary } from "../../harness/recordFormat.ts";
import { type RunOptions, type RunResult, runPlan } from "../../harness/run.ts";
import { newFolder, type ResultRow, readErrors, readRows, readSummary } from "./resultFolder.ts";
import { type ScriptedRequest, ScriptedServer } from "./scriptedServer.ts";
import { testPlan } from "./testPlan.ts";

export type Answer = Parameters<typeof ScriptedServer.start>[0];

export interface Ran extends RunResult {
  readonly rows: readonly ResultRow[];
  readonly requests: readonly ScriptedRequest[];
  readonly errors: ReturnType<typeof readErrors>;
}

/** Runs a plan against scripted answers, and checks what must hold for every run. */
export async function run(answer: Answer, changes: Partial<HarnessPlan>, options: RunOptions = {}): Promise<Ran> {
  const server = await ScriptedServer.start(answer);
  const folder = newFolder();
  try {
    const result = await runPlan(testPlan(server.origin, changes), folder.path, options);
    assert.deepEqual(readSummary(folder.path), JSON.parse(JSON.stringify(result.summary)));
    const parts = [result.summary.warmup, ...result.summary.stages].filter((part) => part !== null);
    for (const part of parts) assert.equal(total(part), part.sent, "the sum of outcomes is what was sent");
    const rows = readRows(folder.path);
    assert.equal(
      rows.length,
      parts.reduce((sum, part) => sum + part.sent, 0),
    );
    return { ...result, rows, requests: server.requests, errors: readErrors(folder.path) };
  } finally {
    folder.remove();
    await server.stop();
  }
}

const total = (stage: StageSummary): number => Object.values(stage.outcomes).reduce((a, b) => a + b);
export const seconds = (name: string, load: Stage["load"], time: number): Stage => ({
  name,
  load,
  stop: { seconds: time },
});
/** The same answer to every request, `ms` late. */
export const late =
  (ms: number, text: string): Answer =>
  (socket) =>
    void setTimeout(() => socket.write(text), ms);
