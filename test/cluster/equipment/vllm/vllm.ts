import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findGpu } from "../../../../scenario/gpus.ts";
import type { SimulatorConfig } from "../../../../simulator/config.ts";
import { startSimulator } from "../../../../simulator/server.ts";
import { parseServeArguments, UsageError } from "./serveArguments.ts";
import { standInConfig } from "./standInEngine.ts";
import { serveTransfers } from "./transfers.ts";

const loadMilliseconds = 3000;

/** `vllm serve MODEL --flag value ...`: refuses what it does not know, loads for a while, then serves, as vLLM does. */
async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command !== "serve")
    throw new UsageError(`argument subparser: invalid choice: '${command}' (choose from 'serve')`);
  const asked = parseServeArguments(args);
  const gpuName = process.env.LLMBENCH_STAND_IN_GPU || "h100-80";
  const gpu = findGpu(gpuName);
  if (gpu === undefined) throw new Error(`LLMBENCH_STAND_IN_GPU: the catalogue has no GPU "${gpuName}"`);
  const config = standInConfig(asked, gpu);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
  if (!existsSync(join(asked.model, "config.json")))
    throw new Error(`Can't load the configuration of '${asked.model}': it has no config.json`);
  log(`SIMULATED stand-in for vLLM on ${gpu.name}, model ${config.model}`);
  const shards = 2;
  for (let shard = 0; shard <= shards; shard++) {
    log(`Loading safetensors checkpoint shards: ${(100 * shard) / shards}% Completed | ${shard}/${shards}`);
    await sleep(loadMilliseconds / (shards + 1));
  }
  log(`GPU KV cache size: ${(config.numGpuBlocks * config.blockSize).toLocaleString("en-US")} tokens`);
  const transfer = asked.flags.get("--kv-transfer-config");
  const { url } = transfer === undefined ? await serve(config) : await serveTransfers(transfer, config, serve);
  log(`Application startup complete. Listening on ${url}`);
}

function serve(config: SimulatorConfig): Promise<{ url: string; port: number }> {
  return startSimulator(config, { apiKey: process.env.VLLM_API_KEY });
}

function log(line: string): void {
  process.stderr.write(`INFO ${line}\n`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  if (error instanceof UsageError) {
    process.stderr.write(`usage: vllm serve [model_tag] [options]\nvllm: error: ${error.message}\n`);
    process.exit(2);
  }
  process.stderr.write(`ERROR ${error.message}\n`);
  process.exit(1);
});
