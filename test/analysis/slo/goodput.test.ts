import assert from "node:assert/strict";
import fc from "fast-check";
import { analyse } from "../../../analysis/analyse.ts";
import { outcomes } from "../../../harness/recordFormat.ts";
import { shippedCriteria } from "../../../scenario/criteria.ts";
import type { FakeRequest } from "../nativeFolder.ts";
import { imported, options } from "../systems.ts";

const slo = {
  ...{ ttftMs: { p95: 30 }, tpotMs: {}, itlMs: {}, e2eMs: {} },
  ...{ minRequestsPerSecond: null, minOutputTokensPerSecond: null, maxErrorRate: null },
};

async function judged(requests: readonly FakeRequest[]) {
  const run = await imported({ loads: [{ type: "concurrency", concurrency: 1 }], windowMs: 1000, requests });
  const [system] = analyse([run], { ...options, criteria: { ...shippedCriteria, slo } }).systems;
  return { stage: system!.slo!.stages[0]!, pooled: system!.stages[0]!.pooled };
}

describe("goodput", () => {
  it("is not known where every request was cut off at the stage's end: nobody was refused a good answer", async () => {
    const { stage } = await judged([{ stage: 0, sentMs: 0, outcome: "cancelled", gapsMs: [20, 20] }]);
    const none = { value: null, reason: "every request was cancelled" };
    assert.deepEqual(
      [stage.goodShare, stage.goodRequestsPerSecond, stage.goodOutputTokensPerSecond],
      [none, none, none],
    );
  });

  it("is 0 where every request failed", async () => {
    const { stage } = await judged([{ stage: 0, sentMs: 0, outcome: "http5xx", gapsMs: [] }]);
    assert.deepEqual(stage.goodRequestsPerSecond, { value: 0 });
  });

  it("never exceeds throughput, whatever mixes with cancelled, failed and late answers", async () => {
    const request = fc.record({
      sentMs: fc.integer({ min: 0, max: 999 }),
      outcome: fc.constantFrom(...outcomes),
      gapsMs: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async (requests) => {
        const { stage, pooled } = await judged(requests.map((one) => ({ stage: 0, ...one })));
        const pairs = [
          [stage.goodRequestsPerSecond, pooled.requestsPerSecond],
          [stage.goodOutputTokensPerSecond, pooled.outputTokensPerSecond],
        ] as const;
        for (const [good, all] of pairs)
          assert.ok((good.value ?? 0) <= (all.value ?? 0) + 1e-9, `${good.value} of ${all.value}`);
      }),
      { numRuns: 50 },
    );
  });
});
