import assert from "node:assert/strict";
import { problemLines } from "../../cli/checkCluster.ts";

describe("what a preview says of a cluster's problems", () => {
  it("says a step that mends several of them once, after the last", () => {
    const next = "ask the admin";
    const lines = problemLines([
      { severity: "problem", message: "no Gateway", next },
      { severity: "problem", message: "no GatewayClass", next },
      { severity: "warning", message: "no metrics", next: "go on without" },
    ]);
    assert.deepEqual(lines, [
      "! no Gateway",
      "! no GatewayClass",
      "    next: ask the admin",
      "~ no metrics",
      "    next: go on without",
    ]);
  });
});
