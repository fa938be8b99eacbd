import assert from "node:assert/strict";
import fc from "fast-check";
import { importRun } from "../../analysis/import/importRun.ts";
import { stageRows } from "../../analysis/stageRows.ts";
import { windowWork } from "../../analysis/throughput.ts";
import type { Load } from "../../harness/plan.ts";
import { seededRandom } from "./fakeEngine.ts";
import { type FakeRequest, originOf, temporaryFolder, writeNativeFolder } from "./nativeFolder.ts";

async function workOf(load: Load, windowMs: number, requests: FakeRequest[]) {
  const folder = await temporaryFolder();
  try {
    const run = { loads: [load], windowMs, requests };
    await writeNativeFolder(folder.path, run);
    return windowWork(stageRows(await importRun(folder.path, originOf(run)))[0]!);
  } finally {
    await folder.remove();
  }
}

const one: Load = { type: "concurrency", concurrency: 1 };
const open: Load = { type: "constant", requestsPerSecond: 1 };

describe("work inside the window", () => {
  it("is the share of each request that lies inside, in a closed loop from sending to the end", async () => {
    // 0..400 ms whole; 400..1200 ms with the window's end at 1000: 600 / 800 = 0.75 of it, 0.75 * 4 = 3 tokens.
    const work = await workOf(one, 1000, [
      { stage: 0, sentMs: 0, gapsMs: [100, 150, 150], promptTokens: 10 },
      { stage: 0, sentMs: 400, gapsMs: [500, 100, 100, 100], promptTokens: 20 },
    ]);
    assert.deepEqual(work, { windowMs: 1000, requests: 1.75, outputTokens: 6, inputTokens: 25 });
  });

  it("is the share of the tokens in an open loop: waiting in a queue past the window is no work", async () => {
    // Tokens from 900 to 1100 ms: half of them inside. The other has its first token at 1500 ms: nothing, though it was sent inside.
    const work = await workOf(open, 1000, [
      { stage: 0, sentMs: 0, gapsMs: [900, 100, 100], promptTokens: 10 },
      { stage: 0, sentMs: 100, gapsMs: [1400, 100], promptTokens: 10 },
    ]);
    assert.deepEqual(work, { windowMs: 1000, requests: 0.5, outputTokens: 1.5, inputTokens: 5 });
  });

  it("takes an answer that was not streamed as done at its end in an open loop", async () => {
    const whole = { stage: 0, gapsMs: [], streamed: false, promptTokens: 10, outputTokens: 7 };
    const work = await workOf(open, 1000, [
      { ...whole, sentMs: 0, tailMs: 999 },
      { ...whole, sentMs: 500, tailMs: 501 },
    ]);
    assert.deepEqual(work, { windowMs: 1000, requests: 1, outputTokens: 7, inputTokens: 10 });
  });

  it("counts the tokens of cancelled requests, but no request, and nothing of failures", async () => {
    const work = await workOf(one, 1000, [
      { stage: 0, sentMs: 0, gapsMs: [500, 500], outcome: "cancelled", promptTokens: 10 },
      { stage: 0, sentMs: 0, gapsMs: [500, 100], outcome: "cut", promptTokens: 10 },
      { stage: 0, sentMs: 0, outcome: "timeout" },
    ]);
    assert.deepEqual(work, { windowMs: 1000, requests: 0, outputTokens: 2, inputTokens: 0 });
  });

  it("is unbiased for a closed loop with a fixed time, where counting completions loses several per cent", async () => {
    // Two kinds of answers, 100 ms for 10 tokens and 700 ms for 40; random order. True rate of a connection: 25 tokens in 400 ms.
    const random = seededRandom(11);
    const windowMs = 3000;
    let spread = 0;
    let completed = 0;
    const windows = 40;
    for (let i = 0; i < windows; i++) {
      const requests: FakeRequest[] = [];
      for (let slot = 0; slot < 32; slot++) {
        for (let at = 0; at < windowMs; ) {
          const [tokens, lasts] = random() < 0.5 ? [10, 100] : [40, 700];
          requests.push({ stage: 0, sentMs: at, gapsMs: [lasts], outputTokens: tokens! });
          at += lasts!;
          if (at <= windowMs) completed += tokens!;
        }
      }
      spread += (await workOf({ type: "concurrency", concurrency: 32 }, windowMs, requests)).outputTokens;
    }
    const truth = (windows * 32 * windowMs * 25) / 400;
    assert.ok(Math.abs(spread / truth - 1) < 0.015, `spread: ${spread / truth}`);
    assert.ok(completed / truth < 0.95, `completions: ${completed / truth}`);
  });

  it("is never more than what was done in all, and all of it when the window holds everything", async () => {
    const request = fc.record({
      sentMs: fc.integer({ min: 0, max: 2000 }),
      lasts: fc.integer({ min: 1, max: 2000 }),
      tokens: fc.integer({ min: 1, max: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(one, open),
        async (list, load) => {
          const requests = list.map(({ sentMs, lasts, tokens }) => ({
            stage: 0,
            sentMs,
            gapsMs: [lasts / 2, lasts / 2],
            outputTokens: tokens,
          }));
          const tokens = list.reduce((sum, item) => sum + item.tokens, 0);
          const inside = await workOf(load, 1000, requests);
          assert.ok(inside.outputTokens <= tokens + 1e-9 && inside.requests <= list.length + 1e-9);
          const whole = await workOf(load, 4000, requests);
          assert.ok(Math.abs(whole.outputTokens - tokens) < 1e-6 && Math.abs(whole.requests - list.length) < 1e-6);
        },
      ),
      { numRuns: 15 },
    );
  });
});
