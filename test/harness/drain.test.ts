import assert from "node:assert/strict";
import type { Stage } from "../../harness/plan.ts";
import { drainBoundMs } from "../../harness/stageWindow.ts";
import { type Answer, late, run, seconds } from "./runAgainst.ts";
import { delta, piece, streamHead, wholeStream } from "./scriptedServer.ts";
import { closed, testPlan } from "./testPlan.ts";

const deadlines = { ...testPlan("http://x").deadlines, firstTokenMs: 5000, betweenTokensMs: 5000 };
const loads: Record<string, Stage["load"]> = {
  "closed loop": { type: "concurrency", concurrency: 2 },
  "open loop": { type: "constant", requestsPerSecond: 20 },
};

/** One token at once, and never another. */
const stalled: Answer = (socket) => socket.write(streamHead + piece(delta({ content: "a" })));

describe("the end of a fixed-time stage", () => {
  it("leaves what is in flight 30 s, or as long as the stage took; a stage of a number of requests has no bound", () => {
    assert.equal(drainBoundMs({ seconds: 10 }, {}), 30_000);
    assert.equal(drainBoundMs({ seconds: 45 }, {}), 45_000);
    assert.equal(drainBoundMs({ seconds: 10 }, { drainMs: 0 }), 10_000);
    assert.equal(drainBoundMs({ requests: 5 }, { drainMs: 1 }), Number.POSITIVE_INFINITY);
  });

  for (const [name, load] of Object.entries(loads)) {
    it(`cancels what is still under way after the bound, keeps what came of it, and goes on (${name})`, async () => {
      const stages = [seconds("a", load, 0.2), closed(1, 1)] as const;
      const answer: Answer = (socket, request) =>
        request.index === 1 || request.index === 2 ? stalled(socket, request) : socket.write(wholeStream(3));
      const { summary, rows, errors } = await run(answer, { stages, deadlines: { ...deadlines, drainMs: 500 } });
      const [stage, next] = summary.stages;
      assert.deepEqual([stage!.outcomes.cancelled, stage!.outcomes.ok], [2, stage!.sent - 2]);
      const drainMs = stage!.drainedMs - stage!.endMs;
      assert.ok(drainMs >= 495 && drainMs < 1500, `drained for ${drainMs} ms`);
      assert.deepEqual(
        errors.map(({ message }) => message),
        Array(2).fill("still under way 0.5 s after the stage's end"),
      );
      for (const row of rows.filter(({ outcome }) => outcome === "cancelled")) assert.equal(row.events, 1);
      assert.equal(stage!.status, "complete");
      assert.equal(next!.outcomes.ok, 1);
      assert.ok(next!.startMs >= stage!.drainedMs);
    });

    it(`gives a long stage as long as it took (${name})`, async () => {
      const stages = [seconds("a", load, 0.6)] as const;
      const { summary } = await run(stalled, { stages, deadlines: { ...deadlines, drainMs: 1 } });
      const [stage] = summary.stages;
      assert.equal(stage!.outcomes.cancelled, stage!.sent);
      const drainMs = stage!.drainedMs - stage!.endMs;
      assert.ok(drainMs >= 595 && drainMs < 1600, `drained for ${drainMs} ms`);
    });
  }

  it("waits for all of a stage that counts its requests, whatever the bound", async () => {
    const { summary } = await run(late(300, wholeStream(3)), {
      stages: [closed(2, 2)],
      deadlines: { ...deadlines, drainMs: 1 },
    });
    assert.equal(summary.stages[0]!.outcomes.ok, 2);
  });
});
