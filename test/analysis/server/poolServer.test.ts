import assert from "node:assert/strict";
import fc from "fast-check";
import { noEngine } from "../../../analysis/server/noEngine.ts";
import { poolServer } from "../../../analysis/server/poolServer.ts";
import type { StageServer } from "../../../analysis/server/serverMetrics.ts";

const v = (value: number) => ({ value });
/** One repetition, of what was really counted. */
const part = fc
  .record({
    hits: fc.nat(1000),
    misses: fc.nat(1000),
    queued: fc.double({ min: 0, max: 100, noNaN: true }),
    requests: fc.integer({ min: 1, max: 500 }),
    running: fc.nat(100),
    seconds: fc.integer({ min: 1, max: 100 }),
  })
  .map(({ hits, misses, queued, requests, running, seconds }) => ({
    of: { hits, lookups: hits + misses, queued, requests, area: running * seconds, seconds },
    stage: {
      ...noEngine,
      pods: 1,
      resets: 1,
      samples: seconds,
      prefixCacheHitRate:
        hits + misses === 0 ? { value: null, reason: "nothing was looked up" } : v(hits / (hits + misses)),
      queueSeconds: v(queued / requests),
      running: { mean: v(running), max: v(running) },
      preemptions: v(hits),
      gpu: null,
      weights: { seconds, lookups: hits + misses, requests },
    } satisfies StageServer,
  }));
const close = (a: number | null | undefined, b: number) =>
  assert.ok(Math.abs((a ?? Number.NaN) - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

describe("poolServer", () => {
  it("gives what one long repetition would have: sums, means over time, over lookups, over requests", () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const pooled = poolServer(parts.map(({ stage }) => stage));
        const sum = (read: (of: (typeof parts)[number]["of"]) => number) =>
          parts.reduce((all, { of }) => all + read(of), 0);
        close(
          pooled?.preemptions.value,
          sum(({ hits }) => hits),
        );
        close(pooled?.running.mean.value, sum(({ area }) => area) / sum(({ seconds }) => seconds));
        close(pooled?.queueSeconds.value, sum(({ queued }) => queued) / sum(({ requests }) => requests));
        const lookups = sum((of) => of.lookups);
        if (lookups > 0) close(pooled?.prefixCacheHitRate.value, sum(({ hits }) => hits) / lookups);
        else assert.equal(pooled?.prefixCacheHitRate.value, null);
        assert.equal(pooled?.resets, parts.length);
      }),
    );
  });

  it("does not depend on how repetitions are grouped", () => {
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        const all = poolServer([a.stage, b.stage, c.stage]);
        const grouped = poolServer([poolServer([a.stage, b.stage]) as StageServer, c.stage]);
        close(grouped?.running.mean.value, all?.running.mean.value as number);
        close(grouped?.queueSeconds.value, all?.queueSeconds.value as number);
      }),
    );
  });

  it("has no sum where one repetition has none, and nothing of nothing", () => {
    const known: StageServer = { ...noEngine, preemptions: v(3), gpu: null };
    assert.equal(poolServer([known, { ...noEngine, gpu: null }])?.preemptions.value, null);
    assert.equal(poolServer([]), null);
  });
});
