import assert from "node:assert/strict";
import type { Socket } from "node:net";
import type { HarnessPlan } from "../../harness/plan.ts";
import type { Outcome } from "../../harness/recordFormat.ts";
import { runPlan } from "../../harness/run.ts";
import { type ErrorLine, newFolder, type ResultRow, readErrors, readRows } from "./resultFolder.ts";
import { delta, type ScriptedRequest, ScriptedServer } from "./scriptedServer.ts";
import { testPlan } from "./testPlan.ts";

export interface Seen {
  readonly row: ResultRow;
  readonly error: ErrorLine | undefined;
  readonly requests: readonly ScriptedRequest[];
}

/** One request against one scripted answer. */
export async function once(
  answer: (socket: Socket, request: ScriptedRequest) => void,
  changes: Partial<HarnessPlan> = {},
): Promise<Seen> {
  const server = await ScriptedServer.start(answer);
  const folder = newFolder();
  try {
    const { summary } = await runPlan(testPlan(server.origin, changes), folder.path);
    const rows = readRows(folder.path);
    assert.equal(rows.length, 1);
    assert.equal(summary.stages[0]!.outcomes[rows[0]!.outcome], 1);
    return { row: rows[0]!, error: readErrors(folder.path)[0], requests: server.requests };
  } finally {
    folder.remove();
    await server.stop();
  }
}

/** The events of three tokens. */
export const three = delta({ content: "a" }) + delta({ content: "b" }) + delta({ content: "c" });

export async function expectFailure(
  outcome: Outcome,
  message: RegExp,
  answer: string | ((socket: Socket) => void),
  changes: Partial<HarnessPlan> = {},
): Promise<Seen> {
  const seen = await once(typeof answer === "string" ? (socket) => socket.write(answer) : answer, changes);
  assert.equal(seen.row.outcome, outcome, seen.error?.message);
  assert.match(seen.error!.message, message);
  assert.equal(seen.error!.outcome, outcome);
  return seen;
}
