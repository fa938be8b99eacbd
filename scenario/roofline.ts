import type { SimulatorConfig, StepTiming } from "../simulator/config.ts";
import type { EngineSettings } from "./engine.ts";
import type { Gpu } from "./gpus.ts";
import { attentionParamBytes, ffnParamBytes, kvBytesPerToken, paramGroups } from "./modelSize.ts";
import type { Model } from "./models.ts";
import { type AnySimulatedTarget, simulatorOf } from "./simulated.ts";

/**
 * A step takes as long as reading what it must read or computing what it must compute, at these shares of the data sheet's peak. They
 * are round numbers of the order that dense decoder models reach under vLLM: assumptions, not measurements. `assumptions` says them all.
 */
export const efficiency = {
  memoryBandwidth: 0.8,
  matrixFlops: 0.5,
  /** Attention kernels reach less of the peak than large matrix products. */
  attentionFlops: 0.4,
  link: 0.7,
} as const;

export const overhead = {
  /** Scheduling and sampling of one step, and launching each of its layers. */
  stepMs: 0.5,
  layerMs: 0.01,
  requestMs: 3,
} as const;

/** Plain numbers for the simulated engine, or each decode pod of a simulated llm-d; `port` 0 (the default) lets it pick a free one. */
export function simulatorConfig(
  target: AnySimulatedTarget,
  { seed, port = 0 }: { readonly seed: number; readonly port?: number },
): SimulatorConfig {
  const { engine, fit, gpu, model } = target;
  const simulator = simulatorOf(target);
  return {
    model: model.name,
    host: "127.0.0.1",
    port,
    seed,
    speed: simulator.speed,
    maxModelLen: engine.maxModelLen,
    maxNumSeqs: engine.maxNumSeqs,
    maxNumBatchedTokens: engine.maxNumBatchedTokens,
    blockSize: engine.blockSize,
    numGpuBlocks: fit.kvBlocks,
    prefixCaching: engine.prefixCaching,
    timing: stepTiming(gpu, model, engine, simulator.slowdown),
    faults: simulator.faults,
  };
}

/** Times of one step of GPUs that work in lockstep, every one multiplied by `slowdown`. */
export function stepTiming(gpu: Gpu, model: Model, engine: EngineSettings, slowdown: number): StepTiming {
  const tp = engine.tensorParallel;
  const { attention, outputLayer, sharedFfn, routedExperts } = paramGroups(model);
  const { moe } = model;
  const expertShare = moe ? moe.activeExperts / moe.experts : 0;

  const readBytesPerMs = gpu.bandwidthGBs * 1e6 * efficiency.memoryBandwidth * tp;
  const denseBytes = 2 * outputLayer + attentionParamBytes(model) * attention + ffnParamBytes(model) * sharedFfn;
  const expertBytes = ffnParamBytes(model) * routedExperts;

  const bf16PerMs = gpu.bf16Tflops * 1e9 * tp;
  const matrixPerMs = matrixTflops(gpu, model) * 1e9 * tp * efficiency.matrixFlops;
  const multiplied = attention + outputLayer + sharedFfn + routedExperts * expertShare;
  const pairFlops = 4 * model.layers * model.attentionHeads * model.headSize;
  const reduce = allReduce(gpu, model, tp);

  return {
    stepOverheadMs: slowdown * (overhead.stepMs + overhead.layerMs * model.layers + reduce.stepMs),
    denseWeightReadMs: slowdown * (denseBytes / readBytesPerMs),
    expertWeightReadMs: slowdown * (expertBytes / readBytesPerMs),
    expertShare,
    computeMsPerToken: slowdown * ((2 * multiplied) / matrixPerMs + reduce.tokenMs),
    // Bytes per token are per GPU already, since KV heads may be copied rather than split.
    kvReadMsPerToken: slowdown * ((kvBytesPerToken(model, tp, engine.kvCacheDtype) * tp) / readBytesPerMs),
    attentionMsPerTokenPair: slowdown * (pairFlops / (bf16PerMs * efficiency.attentionFlops)),
    requestOverheadMs: slowdown * overhead.requestMs,
  };
}

/** FP8 weights on a GPU without FP8 units are widened on the fly and multiply at BF16 speed. */
export function matrixTflops(gpu: Gpu, model: Model): number {
  return model.precision === "fp8" ? (gpu.fp8Tflops ?? gpu.bf16Tflops) : gpu.bf16Tflops;
}

/** Two all-reduces per layer: a fixed latency each, and the traffic of a ring for every token. */
function allReduce({ link }: Gpu, model: Model, tensorParallel: number): { stepMs: number; tokenMs: number } {
  if (tensorParallel === 1 || link === null) return { stepMs: 0, tokenMs: 0 };
  const rounds = 2 * model.layers;
  const bytes = 2 * model.hiddenSize * ((2 * (tensorParallel - 1)) / tensorParallel);
  return {
    stepMs: (rounds * link.allReduceMicros) / 1000,
    tokenMs: (rounds * bytes) / (link.GBs * 1e6 * efficiency.link),
  };
}
