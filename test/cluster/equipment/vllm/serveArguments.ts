/** What `vllm serve` was asked for: the model's folder, and flag -> value; "" for flags without one. */
export interface ServeArguments {
  readonly model: string;
  readonly flags: ReadonlyMap<string, string>;
}

// Flags of vLLM v0.26 that take a value (docs.vllm.ai, "vllm serve"); only those that a scenario can bring about.
const valued = new Set([
  "--block-size",
  "--dtype",
  "--gpu-memory-utilization",
  "--host",
  "--kv-cache-dtype",
  "--kv-transfer-config",
  "--max-model-len",
  "--max-num-batched-tokens",
  "--max-num-seqs",
  "--port",
  "--seed",
  "--served-model-name",
  "--tensor-parallel-size",
]);

const plain = new Set([
  "--disable-uvicorn-access-log",
  "--enable-chunked-prefill",
  "--enable-prefix-caching",
  "--enable-prompt-tokens-details",
  "--no-enable-log-requests",
  "--no-enable-prefix-caching",
]);

/** An error as argparse reports it: exit code 2. */
export class UsageError extends Error {}

/** @throws UsageError on a flag that this engine does not know, so that a misspelt argument fails as with the real one. */
export function parseServeArguments(args: readonly string[]): ServeArguments {
  const flags = new Map<string, string>();
  const models: string[] = [];
  const unknown: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string;
    if (!argument.startsWith("-")) {
      (models.length === 0 ? models : unknown).push(argument);
      continue;
    }
    const [flag = "", attached] = argument.split(/=(.*)/s);
    if (plain.has(flag) && attached === undefined) flags.set(flag, "");
    else if (valued.has(flag)) {
      const value = attached ?? args[++index];
      if (value === undefined) throw new UsageError(`argument ${flag}: expected one argument`);
      flags.set(flag, value);
    } else unknown.push(argument);
  }
  if (unknown.length > 0) throw new UsageError(`unrecognized arguments: ${unknown.join(" ")}`);
  if (models[0] === undefined) throw new UsageError("the following arguments are required: model_tag");
  return { model: models[0], flags };
}
