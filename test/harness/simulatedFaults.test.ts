import assert from "node:assert/strict";
import type { Outcome } from "../../harness/recordFormat.ts";
import { runPlan } from "../../harness/run.ts";
import type { FaultKind, FaultRule } from "../../simulator/config.ts";
import { type RunningSimulator, startSimulator } from "../../simulator/server.ts";
import { fastConfig } from "../simulator/simulatorUnderTest.ts";
import { newFolder, readErrors, readRows, readSummary } from "./resultFolder.ts";
import { closed, fixedLength, testPlan } from "./testPlan.ts";

/** What the generator must make of each fault: its class, its cause in words, and tokens that had come before it. */
const seen: Record<FaultKind, { outcome: Outcome; message: RegExp; events: number }> = {
  http500: { outcome: "http5xx", message: /^HTTP 500: /, events: 0 },
  http429: { outcome: "http429", message: /^HTTP 429 \(Retry-After: 7\): /, events: 0 },
  cut: { outcome: "cut", message: /the connection was closed after token 3/, events: 3 },
  stall: { outcome: "timeout", message: /no token for 0\.\d+ s after token 3 \(betweenTokensMs\)/, events: 3 },
  malformed: { outcome: "malformed", message: /JSON/, events: 3 },
  empty: { outcome: "empty", message: /without a token|no token/, events: 0 },
  engineDead: { outcome: "streamError", message: /EngineCore encountered an issue/, events: 3 },
};

describe("each fault of the simulated engine, as the load generator sees it", () => {
  let simulator: RunningSimulator;
  let folder: ReturnType<typeof newFolder>;
  afterEach(async () => {
    await simulator.close();
    folder.remove();
  });

  for (const [kind, expected] of Object.entries(seen) as [FaultKind, (typeof seen)[FaultKind]][]) {
    it(`${kind} is ${expected.outcome}: cause named, rows kept, the others untouched`, async () => {
      const fault: FaultRule = { kind, requests: [4], retryAfterSeconds: 7 };
      const config = { ...fastConfig, faults: [fault] };
      simulator = await startSimulator(config);
      folder = newFolder();
      const plan = testPlan(simulator.url, {
        target: { name: "sim", baseUrl: simulator.url, model: config.model, apiKeyEnv: null },
        data: {
          type: "synthetic",
          form: "text",
          inputTokens: fixedLength(16),
          outputTokens: fixedLength(8),
          sharedPrefix: null,
        },
        stages: [closed(1, 9)],
        deadlines: { connectMs: 2000, firstTokenMs: 2000, betweenTokensMs: 400, totalMs: 5000 },
      });
      const { exitCode } = await runPlan(plan, folder.path);
      assert.equal(exitCode, 0);
      const rows = readRows(folder.path).sort((a, b) => a.request - b.request);
      assert.equal(rows.length, 9);
      assert.deepEqual(rows[4]?.outcome, expected.outcome);
      assert.equal(rows[4]?.events, expected.events);
      // A dead engine answers nothing more; after any other fault the next request is served as if nothing had been.
      const after = kind === "engineDead" ? "http5xx" : "ok";
      assert.deepEqual(
        rows.filter(({ request }) => request !== 4).map(({ outcome }) => outcome),
        ["ok", "ok", "ok", "ok", after, after, after, after],
      );
      const [error] = readErrors(folder.path).filter(({ request }) => request === 4);
      assert.match(error!.message, expected.message);
      assert.ok(rows[4]!.e2eMs < (kind === "stall" ? 700 : 350), `${rows[4]!.e2eMs} ms until the fault was recorded`);
      if (kind === "stall") assert.ok(rows[4]!.e2eMs >= 400, `${rows[4]!.e2eMs} ms, before the deadline`);
      const [stage] = readSummary(folder.path).stages;
      assert.equal(
        Object.values(stage!.outcomes).reduce((sum, n) => sum + n, 0),
        stage!.sent,
      );
    });
  }
});
