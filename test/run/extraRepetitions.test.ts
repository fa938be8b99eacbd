import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askAgain, extraRepetitions } from "../../run/extraRepetitions.ts";
import { planAgain, plannedRuns } from "../../run/plannedRun.ts";
import { scenarioOf } from "../manifests/stacks.ts";

const local = { platform: "local", gpu: "h100-80", model: "llama-8b", method: "simulated" };

describe("repetitions asked for by hand", () => {
  const before = process.env.LLMBENCH_RESULTS;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "llm-bench-again-"));
    process.env.LLMBENCH_RESULTS = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.LLMBENCH_RESULTS;
    else process.env.LLMBENCH_RESULTS = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it("are none at first, and add up", () => {
    assert.equal(extraRepetitions("s", "a"), 0);
    askAgain("s", "a");
    askAgain("s", "a");
    assert.equal(extraRepetitions("s", "a"), 2);
  });

  it("belong to one stack and one set of runs", () => {
    askAgain("s", "a");
    assert.equal(extraRepetitions("s", "b"), 0);
    assert.equal(extraRepetitions("other", "a"), 0);
  });

  it("are planned by every later call, behind the runs there were, whose ids stay", () => {
    const scenario = scenarioOf({ ...local, repetitions: 1, targets: [{ name: "a" }, { name: "b" }] }, "again");
    const first = plannedRuns(scenario).map(({ runId }) => runId);
    planAgain(scenario);
    const planned = plannedRuns(scenario);
    assert.deepEqual(
      planned.slice(0, first.length).map(({ runId }) => runId),
      first,
    );
    assert.deepEqual(
      planned.map(({ target, repetition }) => `${target.name}${repetition}`),
      ["a1", "b1", "b2", "a2"],
    );
  });

  it("are not taken over by a changed scenario, and are there again when it is changed back", () => {
    const scenario = scenarioOf(local, "again");
    const changed = scenarioOf({ ...local, seed: 2 }, "again");
    planAgain(scenario);
    assert.equal(plannedRuns(changed).length, 1);
    assert.equal(plannedRuns(scenario).length, 2);
  });
});
