import type { FakeRequest, FakeRun } from "./nativeFolder.ts";

/** Mulberry32: small, seeded, good enough for tests. 0 <= x < 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Standard normal, by Box and Muller. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export interface EngineShape {
  /** Factor on every time: 1.15 is 15 % slower. */
  readonly slowdown?: number;
  readonly ttftMs?: number;
  readonly gapMs?: number;
  /** Spread of the factor that one run has to itself (log standard deviation). */
  readonly runSpread?: number;
  readonly outputTokens?: readonly [min: number, max: number];
}

/** A closed loop against an engine whose times grow a little with concurrency; requests in flight at the end are drained. */
export function closedLoopRun(
  run: Pick<FakeRun, "runId" | "target"> & { seed: number; concurrencies: readonly number[]; windowMs: number },
  shape: EngineShape = {},
): FakeRun {
  const { slowdown = 1, ttftMs = 20, gapMs = 5, runSpread = 0.01, outputTokens = [20, 28] } = shape;
  const random = seededRandom(run.seed * 7919 + (run.target ?? "").length * 104_729 + Math.round(slowdown * 1000));
  const pace = slowdown * Math.exp(runSpread * normal(random));
  const requests: FakeRequest[] = [];
  run.concurrencies.forEach((concurrency, stage) => {
    for (let slot = 0; slot < concurrency; slot++) {
      let at = stage * run.windowMs;
      while (at < (stage + 1) * run.windowMs) {
        const tokens = outputTokens[0] + Math.floor(random() * (outputTokens[1] - outputTokens[0] + 1));
        const jitter = () => pace * (0.9 + 0.2 * random()) * (1 + 0.01 * concurrency);
        const gapsMs = [ttftMs * jitter(), ...Array.from({ length: tokens - 1 }, () => gapMs * jitter())];
        requests.push({
          ...{ stage, sentMs: at, gapsMs, tailMs: 0.2, promptTokens: 100, promptTokensAsked: 100 },
          ...{ outputTokensAsked: tokens, cachedTokens: 0 },
        });
        at += gapsMs.reduce((sum, gap) => sum + gap, 0) + 0.2;
      }
    }
  });
  const loads = run.concurrencies.map((concurrency) => ({ type: "concurrency" as const, concurrency }));
  return { ...run, loads, requests };
}
