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
