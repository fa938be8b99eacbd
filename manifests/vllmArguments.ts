import type { LlmdTarget, StandaloneTarget } from "../scenario/scenario.ts";
import { loadFormatArguments } from "./loadFormat.ts";
import { enginePort } from "./names.ts";

/**
 * Arguments of `vllm serve`, one flag with its value after the other; names as in vLLM v0.26. Every setting is written
 * out, vLLM's own defaults too: what was measured must not change with the defaults of a version.
 */
export function vllmArguments(target: StandaloneTarget, modelPath: string): string[] {
  const { engine, model } = target;
  return [
    modelPath,
    ...["--served-model-name", model.name],
    ...["--host", "0.0.0.0"],
    ...["--port", String(enginePort)],
    ...["--tensor-parallel-size", String(engine.tensorParallel)],
    ...vllmSettings(target, modelPath),
  ];
}

/** Those that say how to serve a model, not which one and where: the same ones under every method, or a comparison would compare them. */
export function vllmSettings(target: StandaloneTarget | LlmdTarget, modelPath: string): string[] {
  const { engine } = target;
  return [
    ...["--max-model-len", String(engine.maxModelLen)],
    ...["--max-num-seqs", String(engine.maxNumSeqs)],
    ...["--max-num-batched-tokens", String(engine.maxNumBatchedTokens)],
    ...["--gpu-memory-utilization", String(engine.gpuMemoryUtilization)],
    ...["--kv-cache-dtype", engine.kvCacheDtype],
    ...["--dtype", engine.dtype],
    ...["--block-size", String(engine.blockSize)],
    ...loadFormatArguments(target, modelPath),
    engine.prefixCaching ? "--enable-prefix-caching" : "--no-enable-prefix-caching",
    // Tells how many tokens of a prompt came from the prefix cache.
    "--enable-prompt-tokens-details",
    // A line per request costs time at high load, and prompts have no place in a log.
    "--no-enable-log-requests",
    "--disable-uvicorn-access-log",
    ...engine.extraArgs,
  ];
}
