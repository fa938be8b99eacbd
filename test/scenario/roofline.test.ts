import assert from "node:assert/strict";
import fc from "fast-check";
import { assumptions } from "../../scenario/assumptions.ts";
import { engineDefaults } from "../../scenario/engine.ts";
import { memoryFit } from "../../scenario/fit.ts";
import { findGpu, gpus } from "../../scenario/gpus.ts";
import { findModel, models } from "../../scenario/models.ts";
import { simulatorConfig, stepTiming } from "../../scenario/roofline.ts";
import type { SimulatedTarget } from "../../scenario/scenario.ts";
import type { StepTiming } from "../../simulator/config.ts";

function target(gpuName: string, alias: string, engineChanges = {}, slowdown = 1): SimulatedTarget {
  const [gpu, model] = [findGpu(gpuName)!, findModel(alias)!];
  const engine = { ...engineDefaults(gpu, model), ...engineChanges };
  const simulator = { speed: 1, slowdown, faults: [] };
  const fit = memoryFit(gpu, model, engine);
  return {
    method: "simulated",
    name: "t",
    gpu,
    model,
    gpuCount: engine.tensorParallel,
    engine,
    fit,
    price: null,
    simulator,
  };
}

/** The formula of simulator/config.ts, for one decode step. */
function decodeMs(timing: StepTiming, batch: number, context: number): number {
  const weights = timing.denseWeightReadMs + timing.expertWeightReadMs * (1 - (1 - timing.expertShare) ** batch);
  return (
    timing.stepOverheadMs +
    Math.max(weights, timing.computeMsPerToken * batch) +
    timing.kvReadMsPerToken * batch * context
  );
}

function timingOf(gpu: string, model: string, engineChanges = {}, slowdown = 1): StepTiming {
  return simulatorConfig(target(gpu, model, engineChanges, slowdown), { seed: 1 }).timing;
}

describe("roofline", () => {
  it("reads 8B on an H100 in 5.60 ms: 15.01 GB (all but the embedding table) at 80 % of 3350 GB/s", () => {
    // (8.030 - 0.525) B parameters x 2 bytes = 15.009e9; 15.009e9 / (3350e9 x 0.8) = 5.600 ms
    assert.ok(Math.abs(timingOf("h100-80", "llama-8b").denseWeightReadMs - 5.6) < 0.005);
  });

  it("computes one token of 8B on an H100 in 30.3 us: 2 x 7.505e9 FLOP at 50 % of 989.4 TFLOP/s", () => {
    assert.ok(Math.abs(timingOf("h100-80", "llama-8b").computeMsPerToken - 0.03034) < 0.0001);
  });

  it("reads the KV cache of one token of 8B on an H100 in 48.9 ns: 131,072 bytes at 2680 GB/s", () => {
    assert.ok(Math.abs(timingOf("h100-80", "llama-8b").kvReadMsPerToken * 1e6 - 48.9) < 0.1);
  });

  it("makes 8B on an H100 faster than 8B on an A100 and than 70B on four A100, at every batch and context", () => {
    const fast = timingOf("h100-80", "llama-8b");
    const middle = timingOf("a100-80", "llama-8b");
    const slow = timingOf("a100-80", "llama-70b", { tensorParallel: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 512 }), fc.integer({ min: 1, max: 16384 }), (batch, context) => {
        assert.ok(decodeMs(fast, batch, context) < decodeMs(middle, batch, context));
        assert.ok(decodeMs(fast, batch, context) < decodeMs(slow, batch, context));
      }),
    );
  });

  it("reads one of 16 experts for one token of Scout, and nearly all for a hundred", () => {
    const timing = timingOf("h100-80", "llama-17b", { tensorParallel: 4 });
    assert.equal(timing.expertShare, 1 / 16);
    const read = (tokens: number) => timing.expertWeightReadMs * (1 - (1 - timing.expertShare) ** tokens);
    assert.ok(Math.abs(read(1) / timing.expertWeightReadMs - 1 / 16) < 1e-12);
    assert.ok(read(100) > 0.99 * timing.expertWeightReadMs);
    // 96.6 GB of experts in FP8 over four GPUs at 2680 GB/s each: 9.01 ms
    assert.ok(Math.abs(timing.expertWeightReadMs - 9.01) < 0.02, String(timing.expertWeightReadMs));
  });

  it("multiplies FP8 weights at FP8 speed where there are such units, and at BF16 speed on an A100", () => {
    const engine = { tensorParallel: 2 };
    const withoutLink = (gpu: string, model: string) => timingOf(gpu, model, engine).computeMsPerToken;
    assert.ok(withoutLink("h100-80", "llama-70b-fp8") < 0.6 * withoutLink("h100-80", "llama-70b"));
    assert.equal(withoutLink("a100-80", "llama-70b-fp8"), withoutLink("a100-80", "llama-70b"));
  });

  it("gives the simulator the engine's settings and the KV blocks of the fit, and no secrets", () => {
    const one = target("a100-40", "llama-8b", { maxNumSeqs: 64, blockSize: 32, prefixCaching: false });
    const config = simulatorConfig(one, { seed: 7, port: 8123 });
    const { timing, ...plain } = config;
    assert.deepEqual(plain, {
      ...{ model: "meta-llama/Llama-3.1-8B-Instruct", host: "127.0.0.1", port: 8123, seed: 7, speed: 1, faults: [] },
      ...{ maxModelLen: 16384, maxNumSeqs: 64, maxNumBatchedTokens: 2048, blockSize: 32, prefixCaching: false },
      numGpuBlocks: one.fit.kvBlocks,
    });
    assert.ok(Object.values(timing).every((value) => Number.isFinite(value) && value >= 0));
  });
});

describe("roofline, for every GPU and model", () => {
  const pair = fc.record({
    gpu: fc.constantFrom(...gpus),
    model: fc.constantFrom(...models),
    tp: fc.constantFrom(1, 2, 4, 8),
  });

  it("takes longer for a larger batch and for a longer context", () => {
    fc.assert(
      fc.property(
        pair,
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 1, max: 8192 }),
        ({ gpu, model, tp }, batch, context) => {
          const timing = stepTiming(gpu, model, { ...engineDefaults(gpu, model), tensorParallel: tp }, 1);
          assert.ok(decodeMs(timing, batch + 1, context) > decodeMs(timing, batch, context));
          assert.ok(decodeMs(timing, batch, context + 1) > decodeMs(timing, batch, context));
        },
      ),
    );
  });

  it("multiplies every time by slowdown, and no share", () => {
    fc.assert(
      fc.property(pair, fc.double({ min: 0.1, max: 10, noNaN: true }), ({ gpu, model, tp }, slowdown) => {
        const engine = { ...engineDefaults(gpu, model), tensorParallel: tp };
        const plain = stepTiming(gpu, model, engine, 1);
        const slow = stepTiming(gpu, model, engine, slowdown);
        for (const key of Object.keys(plain) as (keyof StepTiming)[]) {
          const expected = key === "expertShare" ? plain[key] : plain[key] * slowdown;
          assert.ok(Math.abs(slow[key] - expected) <= 1e-9 * expected, key);
        }
      }),
    );
  });

  it("reads weights faster on more GPUs, and pays for their talking to each other", () => {
    fc.assert(
      fc.property(
        pair.filter(({ gpu }) => gpu.mig === null),
        ({ gpu, model }) => {
          const one = stepTiming(gpu, model, engineDefaults(gpu, model), 1);
          const four = stepTiming(gpu, model, { ...engineDefaults(gpu, model), tensorParallel: 4 }, 1);
          assert.ok(four.denseWeightReadMs < one.denseWeightReadMs);
          assert.ok(four.stepOverheadMs > one.stepOverheadMs);
        },
      ),
    );
  });
});

describe("assumptions", () => {
  it("say every factor with its number, and that no GPU took part", () => {
    const text = assumptions(target("h100-80", "llama-8b")).join("\n");
    for (const part of [
      "No GPU took part",
      "80 % of 3350 GB/s",
      "50 % of 989.4",
      "5.60 ms",
      "0.820 ms",
      "3.00 ms",
      "blocks of 16",
    ])
      assert.ok(text.includes(part), `${part} in:\n${text}`);
    assert.ok(!/slowdown|faster than real time|all-reduce|experts/.test(text));
  });

  it("mention what only some targets have: links, experts, replicas, slowdown, speed, faults", () => {
    const one = target("h100-80", "llama-17b", { tensorParallel: 4, replicas: 2 }, 1.15);
    const simulator = { speed: 10, slowdown: 1.15, faults: [{ kind: "cut", every: 7 }] } as const;
    const text = assumptions({ ...one, simulator }).join("\n");
    for (const part of ["4 x h100-80", "NVLink", "routed experts", "not the 2", "1.15", "10 times faster", "cut"])
      assert.ok(text.includes(part), `${part} in:\n${text}`);
  });
});
