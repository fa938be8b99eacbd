import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFolder } from "../../run/runFolder.ts";
import { sameStart } from "../../run/sameStart.ts";

describe("one start of an engine is one repetition", () => {
  let stack: string;
  beforeEach(() => {
    stack = mkdtempSync(join(tmpdir(), "llmbench-starts-"));
  });
  afterEach(() => rmSync(stack, { recursive: true }));

  const pod = {
    formatVersion: 1,
    pod: "vllm-7f9-abc",
    createdAt: null,
    scheduledAt: null,
    startedAt: "2026-11-20T10:00:00.000Z",
    readyAt: null,
  } as const;
  const read = (name: string, what: object) =>
    new RunFolder(join(stack, name), 1).write("results/pod.json", JSON.stringify(what));
  const found = (runId: string) => sameStart(new RunFolder(join(stack, runId), 1), runId, pod);

  it("the pod that another repetition has read is named with its run", () => {
    read("engine-0badcafe-r1", pod);
    assert.equal(found("engine-0badcafe-r2"), "engine-0badcafe-r1");
    read("engine-0badcafe-r1", { ...pod, startedAt: "2026-11-20T09:00:00.000Z" });
    read("engine-0badcafe-r1-a2", pod);
    assert.equal(found("engine-0badcafe-r2"), "engine-0badcafe-r1-a2");
  });

  it("another pod, a container that has restarted, another set of runs and the run itself are none", () => {
    read("engine-0badcafe-r1", { ...pod, pod: "vllm-7f9-def" });
    read("engine-0badcafe-r3", { ...pod, startedAt: "2026-11-20T10:05:00.000Z" });
    read("engine-12345678-r1", pod);
    read("engine-0badcafe-r2", pod);
    read("compare-0badcafe", pod);
    assert.equal(found("engine-0badcafe-r2"), null);
    assert.equal(sameStart(new RunFolder(join(stack, "no", "folder"), 1), "engine-0badcafe-r2", pod), null);
  });
});
