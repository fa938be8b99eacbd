import assert from "node:assert/strict";
import type { SloAssessment, SloVerdict } from "../../../analysis/slo/sloAssessment.ts";
import { decidingStages } from "../../../analysis/write/objectives.ts";

function assessed(stages: readonly (readonly [load: number, verdict: SloVerdict])[], passes: number, fails: number) {
  const none = { value: null, reason: "" } as const;
  return {
    ...{ targets: [], goodRequest: "", largestLoad: { kind: "between", loadType: "concurrency", passes, fails } },
    stages: stages.map(([load, verdict]) => ({
      ...{ load, verdict, results: [], goodShare: none },
      ...{ goodRequestsPerSecond: none, goodOutputTokensPerSecond: none },
    })),
  } satisfies SloAssessment;
}

describe("the stages that decide", () => {
  it("are the largest load that passes and the first above it that fails", () => {
    const slo = assessed(
      [
        [1, "pass"],
        [4, "pass"],
        [8, "fail"],
        [16, "fail"],
      ],
      4,
      8,
    );
    assert.deepEqual(decidingStages(slo), [1, 2]);
  });

  it("are those that failed and passed, where a load was run twice: a pass under the load that fails would mislead", () => {
    const slo = assessed(
      [
        [4, "pass"],
        [8, "pass"],
        [8, "fail"],
      ],
      4,
      8,
    );
    assert.deepEqual(decidingStages(slo), [0, 2]);
  });
});
