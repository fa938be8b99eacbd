import assert from "node:assert/strict";
import type { Cluster } from "../../cluster/connection.ts";
import { RunNeverBegan, waitForRun } from "../../cluster/waitForRun.ts";
import { GroupFates } from "../../run/groupFates.ts";
import type { PlannedRun } from "../../run/plannedRun.ts";

const member = (name: string, group: string | null) => ({ group, target: { name } }) as PlannedRun;
const noImage = new RunNeverBegan("pod b-x cannot get its image", "check the name");

/** A Job whose load generator runs, and waits for another one. */
const waiting = {
  identity: { context: "c", server: "https://c" },
  batch: { readNamespacedJob: async () => ({ metadata: { name: "a", uid: "u" }, status: { active: 1 } }) },
  core: {
    listNamespacedPod: async () => ({ items: [] }),
    listNamespacedEvent: async () => ({ items: [] }),
    listNode: async () => ({ items: [] }),
  },
} as unknown as Cluster;

describe("load generators that load targets together", () => {
  it("are not waited for when one of them never began: its cause is theirs", async () => {
    const fates = new GroupFates();
    const signal = fates.signalOf(member("a", "g1")) as AbortSignal;
    const wait = waitForRun(
      waiting,
      { namespace: "bench", name: "a" },
      { deadlineSeconds: 3600, signal, onLine: () => {}, onPhase: () => {} },
    );
    setTimeout(() => fates.neverBegan(member("b", "g1"), noImage), 50);
    await assert.rejects(wait);
    assert.ok(signal.reason instanceof RunNeverBegan);
    assert.match(signal.reason.message, /that of "b" at the same time; that never began: pod b-x cannot get its image/);
    assert.equal(signal.reason.next, "check the name");
  });

  it("of another group, and those made alone, go on", () => {
    const fates = new GroupFates();
    fates.neverBegan(member("b", "g1"), noImage);
    fates.neverBegan(member("c", null), noImage);
    assert.equal(fates.signalOf(member("a", "g2"))?.aborted, false);
    assert.equal(fates.signalOf(member("c", null)), null);
  });
});
