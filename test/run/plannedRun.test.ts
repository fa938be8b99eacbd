import assert from "node:assert/strict";
import { plannedRuns } from "../../run/plannedRun.ts";
import { scenarioOf } from "../manifests/stacks.ts";

const gke = { platform: "gke", gpu: "a100-80", model: "qwen3-8b" };
const idOf = (values: object) => plannedRuns(scenarioOf({ ...gke, ...values }))[0]?.runId;

describe("the id of a run", () => {
  const changes = { seed: 2, harnessSettings: { cpu: 4, memory: "8Gi", image: "m.example/other:1" } };

  it("is another with another seed, or another pod of the load generator", () => {
    for (const [key, value] of Object.entries(changes)) {
      assert.notEqual(idOf({ harness: "guidellm", [key]: value }), idOf({ harness: "guidellm" }), key);
    }
  });

  it("of a start-up, which has neither, is the same whatever they are, and another with another engine", () => {
    for (const [key, value] of Object.entries(changes)) {
      assert.equal(idOf({ harness: "nop", [key]: value }), idOf({ harness: "nop" }), key);
    }
    assert.notEqual(idOf({ harness: "nop", engine: { loadFormat: "runai_streamer" } }), idOf({ harness: "nop" }));
  });

  it("does not depend on how an image is pulled", () => {
    const harness = "aiperf";
    assert.equal(idOf({ harness, harnessSettings: { imagePullSecret: "nvcr" } }), idOf({ harness }));
  });
});

describe("runs of several targets together", () => {
  const values = {
    platform: "kind",
    gpu: "h100-80",
    model: "llama-8b",
    method: "simulated",
    repetitions: 2,
    targets: [{ name: "a" }, { name: "b", simulator: { slowdown: 2 } }],
  };
  const alone = scenarioOf(values);
  const together = { ...alone, together: true };
  const named = (runs: ReturnType<typeof plannedRuns>) =>
    runs.map(({ target, loadedWith }) => [target.name, ...loadedWith].join("+"));

  it("come after each round of single ones, in its order", () => {
    assert.deepEqual(named(plannedRuns(together)), ["a", "b", "a+b", "b+a", "b", "a", "b+a", "a+b"]);
  });

  it("leave the others what they were", () => {
    const ids = plannedRuns(alone).map(({ runId }) => runId);
    const single = plannedRuns(together).filter(({ group }) => group === null);
    assert.deepEqual(
      single.map(({ runId }) => runId),
      ids,
    );
  });

  it("have ids of their own, which change with either target", () => {
    const runs = plannedRuns(together);
    assert.equal(new Set(runs.map(({ runId }) => runId)).size, 8);
    const slower = [{ name: "a" }, { name: "b", simulator: { slowdown: 3 } }];
    const other = plannedRuns({ ...scenarioOf({ ...values, targets: slower }), together: true });
    const idsOf = (all: typeof runs, name: string) =>
      all.filter(({ target }) => target.name === name).map(({ runId }) => runId);
    const [aloneBefore, togetherBefore] = idsOf(runs, "a");
    const [aloneAfter, togetherAfter] = idsOf(other, "a");
    assert.equal(aloneAfter, aloneBefore);
    assert.notEqual(togetherAfter, togetherBefore);
  });

  it("are one group per repetition", () => {
    const groups = plannedRuns(together).flatMap(({ group }) => group ?? []);
    assert.equal(new Set(groups).size, 2);
    assert.equal(groups[0], groups[1]);
    assert.match(groups[0] as string, /^together-[0-9a-f]{8}-r1$/);
  });
});
