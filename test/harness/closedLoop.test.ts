import assert from "node:assert/strict";
import type { HarnessPlan } from "../../harness/plan.ts";
import { late, run, seconds } from "./runAgainst.ts";
import { wholeStream } from "./scriptedServer.ts";
import { closed } from "./testPlan.ts";

describe("closed loop", () => {
  it("keeps the asked number of requests in flight and sends the asked number", async () => {
    let inFlight = 0;
    let most = 0;
    const { summary, rows } = await run(
      (socket) => {
        most = Math.max(most, ++inFlight);
        setTimeout(() => {
          inFlight--;
          socket.write(wholeStream(3));
        }, 15);
      },
      { stages: [closed(4, 21), closed(2, 5)] },
    );
    assert.equal(most, 4);
    assert.deepEqual(
      summary.stages.map((s) => [s.sent, s.outcomes.ok, s.status]),
      [
        [21, 21, "complete"],
        [5, 5, "complete"],
      ],
    );
    assert.equal(rows.filter((r) => r.stage === 1).length, 5);
    assert.deepEqual(
      rows.map((r) => r.request).toSorted((a, b) => a - b),
      [...Array(26).keys()],
    );
    assert.ok(rows.every((r) => r.scheduledMs === r.sentMs));
    assert.ok(summary.stages[1]!.startMs >= summary.stages[0]!.drainedMs);
  });

  it("ends a fixed-time stage on time and lets what is in flight end", async () => {
    const stage = seconds("t", { type: "concurrency", concurrency: 2 }, 0.5);
    const { summary, rows } = await run(late(120, wholeStream(3)), { stages: [stage] });
    const { startMs, endMs, drainedMs, outcomes, sent } = summary.stages[0]!;
    assert.ok(Math.abs(endMs - startMs - 500) < 1e-6);
    assert.ok(drainedMs > endMs && drainedMs < endMs + 400, `drained ${drainedMs - endMs} ms after the end`);
    assert.equal(outcomes.ok, sent);
    assert.ok(rows.every((r) => r.sentMs <= endMs + 30));
  });

  it("pauses a client whose requests only fail: no storm of failures, none in the first stage ends the run", async () => {
    const stages: HarnessPlan["stages"] = [seconds("a", { type: "concurrency", concurrency: 2 }, 0.6), closed(1, 5)];
    const result = await run((socket) => socket.end(), { stages });
    assert.equal(result.exitCode, 4);
    const { sent } = result.summary.stages[0]!;
    assert.ok(sent >= 6 && sent <= 20, `${sent} requests sent`);
    assert.deepEqual([result.summary.stages[1]!.status, result.summary.stages[1]!.sent], ["skipped", 0]);
    assert.equal(result.summary.status, "partial");
    assert.match(
      result.message!,
      /^not one of \d+ requests to "test" at http:.* succeeded: \d+ x cut, the first: .*closed.*; 1 further stages were skipped$/,
    );
  });
});
