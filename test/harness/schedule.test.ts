import assert from "node:assert/strict";
import fc from "fast-check";
import { schedule } from "../../harness/schedule.ts";

const gapsOf = (times: Float64Array): number[] => Array.from(times.subarray(1), (t, i) => t - times[i]!);

describe("schedule", () => {
  it("constant: equal gaps, CV 0", () => {
    const { timesMs, gapCv } = schedule({ type: "constant", requestsPerSecond: 8 }, { requests: 100 }, 1, 0);
    assert.equal(timesMs.length, 100);
    assert.equal(timesMs[99], 99 * 125);
    assert.ok(gapCv! < 1e-9);
  });

  it("Poisson: exact mean rate, exponential gaps, independent of each other", () => {
    const n = 20_000;
    const { timesMs, gapCv } = schedule({ type: "poisson", requestsPerSecond: 50 }, { requests: n }, 42, 3);
    const gaps = gapsOf(timesMs);
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    assert.ok(Math.abs(mean - 20) < 1e-9, `mean gap ${mean}`);
    assert.ok(Math.abs(gapCv! - 1) < 0.03, `CV ${gapCv}`);
    // Kolmogorov-Smirnov against 1 - exp(-x/mean): 1.63/sqrt(n) is the 1 % bound.
    const sorted = gaps.toSorted((a, b) => a - b);
    const ks = Math.max(...sorted.map((gap, i) => Math.abs(1 - Math.exp(-gap / mean) - (i + 0.5) / sorted.length)));
    assert.ok(ks < 1.63 / Math.sqrt(n), `KS ${ks}`);
    // Workers that share a seed repeat gaps: lag-1 autocorrelation 0.9 in one peer. Here it is noise: 4/sqrt(n).
    const lag1 =
      gaps.slice(1).reduce((sum, gap, i) => sum + (gap - mean) * (gaps[i]! - mean), 0) / gaps.length / mean ** 2;
    assert.ok(Math.abs(lag1) < 4 / Math.sqrt(n), `autocorrelation ${lag1}`);
    // Counts per second of a Poisson process: variance over mean is 1.
    const counts = new Array<number>(Math.floor(timesMs[n - 1]! / 1000)).fill(0);
    for (const t of timesMs) if (t / 1000 < counts.length) counts[Math.floor(t / 1000)]!++;
    const average = counts.reduce((a, b) => a + b) / counts.length;
    const dispersion = counts.reduce((sum, c) => sum + (c - average) ** 2, 0) / counts.length / average;
    assert.ok(dispersion > 0.75 && dispersion < 1.25, `index of dispersion ${dispersion}`);
  });

  it("is the same for the same seed and stage, another for others", () => {
    const of = (seed: number, stage: number): string =>
      schedule({ type: "poisson", requestsPerSecond: 5 }, { seconds: 10 }, seed, stage).timesMs.join();
    assert.equal(of(1, 0), of(1, 0));
    assert.equal(new Set([of(1, 0), of(2, 0), of(1, 1), of(1 + 2 ** 32, 0)]).size, 4);
  });

  it("always ascends from 0 and a fixed-time stage holds rate x seconds requests within its time", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("constant" as const, "poisson" as const),
        fc.double({ min: 0.05, max: 200, noNaN: true }),
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.maxSafeNat(),
        (type, rate, seconds, seed) => {
          const { timesMs } = schedule({ type, requestsPerSecond: rate }, { seconds }, seed, 0);
          assert.equal(timesMs.length, Math.max(1, Math.round(rate * seconds)));
          assert.equal(timesMs[0], 0);
          assert.ok(gapsOf(timesMs).every((gap) => gap >= 0));
          assert.ok(timesMs[timesMs.length - 1]! <= seconds * 1000);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("has no CV for fewer than two gaps", () => {
    assert.equal(schedule({ type: "poisson", requestsPerSecond: 1 }, { requests: 2 }, 1, 0).gapCv, null);
  });
});
