import assert from "node:assert/strict";
import type { HarnessPlan, Stage } from "../../harness/plan.ts";
import { type Answer, late, run, seconds } from "./runAgainst.ts";
import { wholeStream } from "./scriptedServer.ts";
import { closed } from "./testPlan.ts";

describe("open loop", () => {
  it("sends on schedule, never early, whatever the server does", async () => {
    const stage: Stage = { name: "p", load: { type: "poisson", requestsPerSecond: 100 }, stop: { requests: 60 } };
    const { summary, rows } = await run(late(300, wholeStream(3)), { stages: [stage] });
    const { client, gapCv, startMs, endMs } = summary.stages[0]!;
    assert.equal(summary.stages[0]!.outcomes.ok, 60);
    assert.ok(rows.every((r) => r.sentMs >= r.scheduledMs));
    const times = rows.map((r) => r.scheduledMs).toSorted((a, b) => a - b);
    assert.ok(Math.abs(times[0]! - startMs) < 1e-6 && Math.abs(times[59]! - endMs) < 1e-6);
    assert.ok(Math.abs(endMs - startMs - 590) < 1e-6, "59 gaps at 100/s");
    assert.ok(gapCv! > 0.6 && gapCv! < 1.5);
    assert.ok(client.dispatchLagP50Ms! < 20, `lag ${client.dispatchLagP50Ms}`);
  });

  it("a fixed-time stage lasts its time and offers rate x seconds", async () => {
    const stages: HarnessPlan["stages"] = [
      seconds("c", { type: "constant", requestsPerSecond: 20 }, 0.5),
      closed(1, 1),
    ];
    const { summary } = await run(late(0, wholeStream(3)), { stages });
    const [first, second] = summary.stages;
    assert.deepEqual([first!.sent, first!.gapCv! < 1e-9], [10, true]);
    assert.ok(first!.drainedMs >= first!.endMs - 2 && second!.startMs >= first!.endMs - 2, "windows do not overlap");
  });

  it("shows a stalled server in full (no coordinated omission)", async () => {
    // 100 requests/s, and from the 30th on 500 ms in which the server answers nothing.
    let stallEndsMs = Number.NaN;
    let longWaits = 0;
    const answer: Answer = (socket, { index }) => {
      if (index === 30) stallEndsMs = performance.now() + 500;
      const wait = Math.max(0, stallEndsMs - performance.now()) || 0;
      if (wait > 100) longWaits++;
      setTimeout(() => socket.write(wholeStream(3)), wait);
    };
    const open: Stage = { name: "o", load: { type: "constant", requestsPerSecond: 100 }, stop: { seconds: 1.2 } };
    const { rows } = await run(answer, { stages: [open] });
    const slow = rows.filter((r) => r.e2eMs + r.sentMs - r.scheduledMs > 100).length;
    // About 40 requests arrive in the first 400 ms of the stall; a closed loop of one would have seen one.
    assert.ok(longWaits >= 30, `${longWaits} requests met the stall`);
    assert.ok(slow >= longWaits, `${slow} slow requests, ${longWaits} by the server's account`);
    assert.equal(rows.length, 120);
  });
});
