import assert from "node:assert/strict";
import { ClusterError } from "../../cluster/clusterError.ts";
import type { RunEnd } from "../../cluster/waitForRun.ts";
import { runEnding } from "../../run/runEnding.ts";

const nothing = { engine: null, harness: null, left: null };
const succeeded: RunEnd = {
  outcome: "succeeded",
  exitCode: 0,
  reason: null,
  pod: null,
  startedAt: null,
  endedAt: null,
  log: "",
};
const ended = (outcome: RunEnd["outcome"], exitCode: number | null, more: Partial<RunEnd> = {}): RunEnd => ({
  ...succeeded,
  outcome,
  exitCode,
  reason: "the Job's own words",
  ...more,
});

describe("how a run on a cluster ended", () => {
  it("complete: the Job succeeded, its files are here, its engine stayed what it was", () =>
    assert.deepEqual(runEnding(succeeded, null, nothing), { status: "complete", reason: null }));

  it("a generator that measured nothing (exit codes 1, 2, 4, 5) has failed, one that was cut off left a part", () => {
    const statuses = [1, 2, 3, 4, 5, 137, null].map(
      (exitCode) => runEnding(ended("failed", exitCode), null, nothing).status,
    );
    assert.deepEqual(statuses, ["failed", "failed", "partial", "failed", "failed", "partial", "partial"]);
  });

  it("a deadline and a lost pod leave a part", () => {
    assert.equal(runEnding(ended("deadline", null), null, nothing).status, "partial");
    assert.equal(runEnding(ended("podLost", null), null, nothing).status, "partial");
  });

  it("an engine that restarted makes even a run that succeeded partial: its numbers are of two engines", () => {
    const { status, reason } = runEnding(succeeded, null, { ...nothing, engine: "the engine's pod e restarted" });
    assert.deepEqual([status, reason], ["partial", "the engine's pod e restarted"]);
  });

  it("without files there is nothing to analyse; every cause is named", () => {
    const copy = new ClusterError("the reader pod was not scheduled", "collect again");
    assert.deepEqual(runEnding(succeeded, copy, nothing), {
      status: "failed",
      reason: "no results: the reader pod was not scheduled; collect again",
    });
    const both = runEnding(ended("podLost", null), copy, { ...nothing, engine: "the engine is gone" });
    assert.equal(
      both.reason,
      "the engine is gone; the Job's own words; no results: the reader pod was not scheduled; collect again",
    );
  });

  it("what a harness that is not ours left decides, since its exit codes say nothing to us", () => {
    const ends = (left: boolean, exitCode: number) =>
      runEnding(exitCode === 0 ? succeeded : ended("failed", exitCode), null, { ...nothing, left });
    assert.equal(ends(true, 0).status, "complete");
    assert.equal(ends(true, 1).status, "partial");
    assert.equal(ends(false, 1).status, "failed");
    assert.deepEqual(ends(false, 0), { status: "failed", reason: "the load generator ended well and left no results" });
  });

  describe("tells the reason in the words of whoever knows most", () => {
    it("the summary that the generator wrote", () =>
      assert.equal(
        runEnding(ended("failed", 3, { log: "stopped" }), null, { ...nothing, harness: "time limit of 60 s" }).reason,
        "time limit of 60 s",
      ));

    it("else the last line of its log that is no progress", () => {
      const log = 'starting\nerror: no answer from http://e:8000 \n\n{"phase":"waiting"}\n';
      assert.equal(runEnding(ended("failed", 5, { log }), null, nothing).reason, "error: no answer from http://e:8000");
    });

    it("else the Job's, also where the log ends peacefully because a pod was lost", () => {
      assert.equal(runEnding(ended("failed", 1), null, nothing).reason, "the Job's own words");
      assert.equal(runEnding(ended("podLost", null, { log: "fine" }), null, nothing).reason, "the Job's own words");
    });

    it("else how it ended", () =>
      assert.equal(
        runEnding(ended("deadline", null, { reason: null }), null, nothing).reason,
        "the run ended: deadline",
      ));
  });
});
