import assert from "node:assert/strict";
import type { HarnessProgress } from "../../harness/recordFormat.ts";
import { progressLine } from "../../run/driver.ts";
import { ForeignProgress } from "../../run/foreignProgress.ts";
import type { PlannedStage } from "../../workloads/adapter.ts";

const counted = [1, 4].map((c): PlannedStage => ({ name: `concurrency ${c}`, seconds: null, requests: 10 }));
const timed = [1, 4].map((c): PlannedStage => ({ name: `rate ${c}/s`, seconds: 60, requests: null }));
const told = (more: Partial<HarnessProgress>): HarnessProgress => ({
  ...{ phase: "stage", stage: 1, stages: 2, name: "concurrency 1", elapsedSeconds: 0, etaSeconds: null },
  ...{ inFlight: 0, ok: 0, failed: 0, ...more },
});
const lineOf = (harness: HarnessProgress) =>
  progressLine({ run: 1, runs: 1, target: "t", harness, etaSeconds: harness.etaSeconds ?? 0 });

describe("progress of a harness that is not ours", () => {
  const made: ForeignProgress[] = [];
  const make = (stages: readonly PlannedStage[], read: (line: string) => HarnessProgress | null = () => null) => {
    const lines: HarnessProgress[] = [];
    const progress = new ForeignProgress(stages, read, (one) => lines.push(one), 10_000);
    made.push(progress);
    return { progress, lines };
  };
  afterEach(() => {
    for (const one of made.splice(0)) one.stop();
  });

  it("is told by the clock where the tool says nothing: with stage and ETA where stages have a time, without both else", () => {
    assert.equal(
      lineOf(make(timed).progress.now()),
      "stage 1/2 rate 1/s, 0 s, no word of its progress yet, ETA 2 min 00 s",
    );
    assert.equal(lineOf(make(counted).progress.now()), "running, 0 s, no word of its progress yet");
  });

  it("has the tool's counts, and an ETA from its pace", async () => {
    const { progress, lines } = make(counted, (line) => (line.startsWith("ok") ? told({ ok: 5 }) : null));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(progress.line("something else"), false);
    assert.equal(progress.line("ok 5"), true);
    const [one] = lines;
    // 5 of 20 requests took 50 ms: three times that is left.
    assert.ok(one !== undefined && one.etaSeconds !== null && one.etaSeconds >= 0.14 && one.etaSeconds < 2);
    assert.match(lineOf(one), /^stage 1\/2 concurrency 1, 5 ok, 0 failed, 0 in flight/);
  });

  it("never shows 0 ok of a tool that counts nothing", () => {
    const { progress } = make(counted, () => told({}));
    progress.line("starting");
    assert.equal(lineOf(progress.now()), "running, 0 s so far");
    const second = make(counted, () => told({ stage: 2, name: "concurrency 4" })).progress;
    second.line("load 2");
    assert.match(lineOf(second.now()), /^stage 2\/2 concurrency 4, 0 s so far/);
  });
});
