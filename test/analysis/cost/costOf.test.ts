import assert from "node:assert/strict";
import fc from "fast-check";
import type { Measured, StageAnalysis, StageMetrics } from "../../../analysis/analysis.ts";
import { type CostArgs, costOf } from "../../../analysis/cost/costOf.ts";
import type { Run } from "../../../analysis/run.ts";
import type { StageServer } from "../../../analysis/server/serverMetrics.ts";
import type { SloAssessment, SloVerdict } from "../../../analysis/slo/sloAssessment.ts";
import { shippedCriteria } from "../../../scenario/criteria.ts";
import { reportedMetrics, reportedRun, summary } from "../reportedRun.ts";

const price = { usdPerGpuHour: 6.88, source: "list", asOf: "2026-11-09" };
const createdAt = "2026-11-22T06:30:00.000Z";

function runOn(target: object, change: Partial<Run> = {}): Run {
  const { provenance } = reportedRun();
  const scenario = { targets: [{ name: "engine", ...target }] };
  return reportedRun({ provenance: { ...provenance, scenario }, ...change });
}
const oneGpu = { method: "standalone", gpu: { name: "h100-80" }, gpuCount: 1, engine: { replicas: 1 }, price };

function stage(load: number, change: Partial<StageMetrics> = {}, server: StageServer | null = null): StageAnalysis {
  const pooled = reportedMetrics(change);
  return {
    ...{ name: `concurrency ${load}`, loadType: "concurrency", load, repetitions: [pooled], pooled, server },
    steadiness: { verdict: "unknown", reason: "", plateau: null },
  };
}

/** One verdict and one rate of good tokens per stage. */
function slo(stages: readonly (readonly [load: number, verdict: SloVerdict, good: number])[]): SloAssessment {
  const value = (number: number): Measured => ({ value: number });
  const passes = stages.filter(([, verdict]) => verdict === "pass").map(([load]) => load);
  return {
    ...{ targets: [], goodRequest: "" },
    stages: stages.map(([load, verdict, good]) => ({
      ...{ load, verdict, results: [], goodShare: value(1), goodRequestsPerSecond: value(1) },
      goodOutputTokensPerSecond: value(good),
    })),
    largestLoad:
      passes.length > 0
        ? { kind: "atLeast", loadType: "concurrency", passes: Math.max(...passes) }
        : { kind: "unknown", reason: "" },
  };
}

const cost = (change: Partial<CostArgs> = {}) =>
  costOf({ runs: [runOn(oneGpu)], stages: [], slo: null, criteria: shippedCriteria.cost, createdAt, ...change });
const near = ({ value }: Measured, expected: number) =>
  assert.ok(value !== null && Math.abs(value - expected) <= 1e-9 * Math.abs(expected), `${value} is not ${expected}`);
const rates = (tokens: number, requests = 10): Partial<StageMetrics> => ({
  outputTokensPerSecond: { value: tokens },
  requestsPerSecond: { value: requests },
  inputTokensPerSecond: { value: 4 * tokens },
  totalTokensPerSecond: { value: 5 * tokens },
  cachedShare: { value: 0.75 },
  outputTokens: summary(100, { mean: 100 }),
});

describe("what tokens cost", () => {
  it("is $0.764 per million for a $6.88 GPU that makes 2,500 a second", () => {
    const [at] = cost({ stages: [stage(8, rates(2500))] }).stages;
    assert.equal(Number(at!.usdPerMillionOutputTokens.value?.toFixed(3)), 0.764);
    near(at!.outputTokensPerUsd, (2500 * 3600) / 6.88);
    near(at!.usdPerMillionInputTokens, 6.88 / 36);
    near(at!.usdPerMillionTokens, 6.88 / 45);
    // A quarter of the prompt tokens did not come from the cache.
    near(at!.usdPerMillionUncachedInputTokens, (4 * 6.88) / 36);
    assert.deepEqual(at!.usdPerMillionGoodOutputTokens, {
      ...{ value: null, reason: "no objective is set; set slo in the stack file" },
    });
  });

  it("counts all GPUs of all replicas, and what was named besides", () => {
    const target = { ...oneGpu, gpuCount: 4, engine: { replicas: 2 } };
    const { gpus, usdPerHour } = cost({
      runs: [runOn(target)],
      criteria: { ...shippedCriteria.cost, extraUsdPerHour: 1 },
    });
    assert.equal(gpus, 8);
    near(usdPerHour, 8 * 6.88 + 1);
  });

  it("takes a price that was set after the run before the recorded one", () => {
    const mine = { usdPerGpuHour: 2, source: "contract", asOf: "2026-11-20" };
    const criteria = { ...shippedCriteria.cost, prices: { "h100-80": mine } };
    for (const runs of [[runOn(oneGpu)], [runOn({ ...oneGpu, price: null })]]) {
      assert.deepEqual(cost({ runs, criteria }).price, mine);
      near(cost({ runs, criteria }).usdPerHour, 2);
    }
  });

  it("is null with the next step where price or hardware is not known, and never 0", () => {
    const unpriced = cost({ runs: [runOn({ ...oneGpu, price: null })], stages: [stage(1, rates(10))] });
    assert.equal(unpriced.price, null);
    const { usdPerHour, stages } = unpriced;
    assert.match(
      String("reason" in usdPerHour && usdPerHour.reason),
      /^no price of h100-80 is known; set prices\.h100-80/,
    );
    const { joulesPerOutputToken, ...usd } = stages[0]!;
    assert.equal(joulesPerOutputToken.value, null);
    for (const [name, measured] of Object.entries(usd)) {
      if (typeof measured === "object") assert.equal(measured.value, null, name);
    }
    assert.deepEqual(unpriced.notes, []);
    const foreign = cost({ runs: [reportedRun()] });
    assert.equal(foreign.gpus, null);
    assert.match(String("reason" in foreign.usdPerHour && foreign.usdPerHour.reason), /gpu, gpuCount and prices/);
  });

  it("of a stage without output is null, not infinite", () => {
    const [at] = cost({ stages: [stage(1, rates(0))] }).stages;
    assert.equal(at!.usdPerMillionOutputTokens.value, null);
  });

  it("grows with the price and falls with the tokens, in proportion", () => {
    const positive = fc.double({ min: 0.01, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (usd, tokens, factor) => {
        const of = (usdPerGpuHour: number, rate: number) =>
          cost({ runs: [runOn({ ...oneGpu, price: { ...price, usdPerGpuHour } })], stages: [stage(1, rates(rate))] })
            .stages[0]!;
        const base = of(usd, tokens).usdPerMillionOutputTokens.value as number;
        near(of(usd * factor, tokens).usdPerMillionOutputTokens, base * factor);
        near(of(usd, tokens * factor).usdPerMillionOutputTokens, base / factor);
        near({ value: base * (of(usd, tokens).outputTokensPerUsd.value as number) }, 1e6);
      }),
    );
  });
});

describe("what a load within the objectives costs", () => {
  const stages = [stage(1, rates(100, 1)), stage(8, rates(700, 7)), stage(32, rates(2000, 20))];

  it("is the cheapest among those that pass, by good tokens", () => {
    const assessed = slo([
      [1, "pass", 100],
      [8, "pass", 650],
      [32, "fail", 1900],
    ]);
    const { atSlo } = cost({ stages, slo: assessed });
    assert.equal(atSlo.load, 8);
    near(atSlo.usdPerMillionGoodOutputTokens, (6.88 * 1e6) / (650 * 3600));
  });

  it("is null with a reason where none passes, none was set, or no price is known", () => {
    const failing = slo([
      [1, "fail", 1],
      [8, "unsure", 1],
      [32, "fail", 1],
    ]);
    assert.equal(cost({ stages, slo: failing }).atSlo.load, null);
    assert.equal(cost({ stages }).atSlo.usdPerMillionGoodOutputTokens.value, null);
    const passing = slo([[1, "pass", 1]]);
    const { atSlo } = cost({ stages, slo: passing, runs: [runOn({ ...oneGpu, price: null })] });
    assert.match(JSON.stringify(atSlo.usdPerMillionGoodOutputTokens), /no price of h100-80/);
  });
});

describe("what a named load costs", () => {
  const stages = [stage(1, rates(100, 1)), stage(8, rates(1000, 10))];
  const assessed = slo([
    [1, "pass", 100],
    [8, "pass", 1000],
  ]);
  const at = (requestsPerSecond: number, replicas = 1) =>
    cost({
      ...{ stages, slo: assessed, runs: [runOn({ ...oneGpu, engine: { replicas } })] },
      criteria: { ...shippedCriteria.cost, requestsPerSecond },
    });

  it("pays for whole replicas, and divides by the tokens that are asked for", () => {
    const { atLoad } = at(25);
    near(atLoad!.replicas, 3);
    near(atLoad!.usdPerHour, 3 * 6.88);
    near(atLoad!.usdPerMillionOutputTokens, (3 * 6.88 * 1e6) / (2500 * 3600));
    near(at(30).atLoad!.replicas, 3);
    near(at(0.5).atLoad!.replicas, 1);
    // Two replicas carried 10 together: 5 each.
    near(at(25, 2).atLoad!.replicas, 5);
  });

  it("is not known without objectives, since nobody knows then what a replica may carry", () => {
    const { atLoad, replicaCurve } = cost({ stages, criteria: { ...shippedCriteria.cost, requestsPerSecond: 5 } });
    assert.equal(atLoad!.replicas.value, null);
    assert.equal(atLoad!.usdPerMillionOutputTokens.value, null);
    assert.deepEqual(replicaCurve, []);
  });

  it("is a saw-tooth: cheapest where all replicas are full, and there as cheap as one full replica", () => {
    const curve = at(40).replicaCurve;
    assert.equal(Math.max(...curve.map(({ replicas }) => replicas)), 8);
    const lowest = Math.min(...curve.map((point) => point.usdPerMillionOutputTokens));
    const full = curve.filter(({ requestsPerSecond, replicas }) => Math.abs(requestsPerSecond - 10 * replicas) < 1e-9);
    assert.equal(full.length, 8);
    for (const point of full) near({ value: point.usdPerMillionOutputTokens }, lowest);
    for (const { requestsPerSecond, replicas } of curve) {
      assert.ok(requestsPerSecond <= 10 * replicas + 1e-9 && requestsPerSecond >= 10 * (replicas - 1) - 1e-9);
    }
    assert.equal(cost({ stages, slo: assessed }).replicaCurve.at(-1)?.replicas, 3);
  });
});

describe("energy", () => {
  const none: Measured = { value: null, reason: "not recorded" };
  const gauge = { mean: none, max: none };
  const server = (energyJoules: Measured, outputTokens: Measured): StageServer => ({
    ...{ pods: 1, samples: 10, resets: 0, prefixCacheHitRate: none, kvCacheUse: gauge, running: gauge, waiting: gauge },
    ...{ preemptions: none, promptTokens: none, outputTokens, queueSeconds: none, prefillSeconds: none },
    ...{ decodeSeconds: none, imbalance: none, cpuCores: none, memoryBytes: none },
    gpu: {
      ...{ gpus: 1, utilisation: none, tensorActive: none, dramActive: none, memoryUsedMiB: none },
      ...{ powerWatts: none, energyJoules },
    },
  });
  const joules = (one: StageAnalysis, pue = 1) =>
    cost({ stages: [one], criteria: { ...shippedCriteria.cost, pue } }).stages[0]!.joulesPerOutputToken;

  it("is joules over tokens of the same window, times the site's factor", () => {
    const measured = stage(1, rates(64), server({ value: 3000 }, { value: 1500 }));
    near(joules(measured), 2);
    near(joules(measured, 1.5), 3);
  });

  it("takes all tokens of all answers where the engine told none, never those of the window", () => {
    const answered = (change: Partial<StageMetrics>) =>
      joules(stage(1, { ...rates(64), ...change }, server({ value: 3000 }, none)));
    const { outcomes } = reportedMetrics();
    const fifteen = { sent: 15, outputTokens: summary(15, { mean: 100 }) };
    near(answered({ ...fifteen, outcomes: { ...zeroes(outcomes), ok: 15 } }), 2);
    const cancelled = answered({ ...fifteen, sent: 16, outcomes: { ...zeroes(outcomes), ok: 15, cancelled: 1 } });
    assert.match(JSON.stringify(cancelled), /not every request was answered/);
  });

  it("is null where it was not measured, never an estimate", () => {
    assert.equal(joules(stage(1, rates(64))).value, null);
    assert.deepEqual(joules(stage(1, rates(64), server(none, { value: 10 }))), none);
  });
});

function zeroes<Name extends string>(counts: Readonly<Record<Name, number>>): Record<Name, number> {
  return Object.fromEntries(Object.keys(counts).map((name) => [name, 0])) as Record<Name, number>;
}

describe("notes on a cost", () => {
  it("are none where simulated time did not run at real speed: there is no cost then", () => {
    const { provenance } = reportedRun();
    const scenario = { targets: [{ name: "engine", ...oneGpu }] };
    const fast = reportedRun({ provenance: { ...provenance, scenario, simulation: { assumptions: [], speed: 20 } } });
    const { stages, usdPerHour } = cost({ runs: [fast], stages: [stage(1, rates(2500))] });
    assert.match(JSON.stringify(usdPerHour), /simulated time ran 20 times as fast/);
    assert.equal(stages[0]!.usdPerMillionOutputTokens.value, null);
  });

  it("say that a price is old after 90 days, by the date of the analysis", () => {
    const dated = (asOf: string) => cost({ runs: [runOn({ ...oneGpu, price: { ...price, asOf } })] }).notes.join(" ");
    assert.match(dated("2026-02-12"), /The price of h100-80 is 283 days old \(2026-02-12, list\); set prices\.h100-80/);
    assert.doesNotMatch(dated("2026-08-24"), /days old/);
    assert.match(dated("2026-08-23"), /91 days old/);
  });

  it("say SIMULATED where no GPU was used, and what is not in the price", () => {
    const [first, second] = cost({ runs: [runOn({ ...oneGpu, method: "simulated" }, { simulated: true })] }).notes;
    assert.match(String(first), /^SIMULATED: no h100-80 was used/);
    assert.match(String(second), /cost\.extraUsdPerHour/);
  });
});
