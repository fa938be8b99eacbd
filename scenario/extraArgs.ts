import type { EngineSettings } from "./engine.ts";
import { UserError } from "./userError.ts";

/** Settings that have a key of their own: a second, contradicting place would make results lie about how they came to be. */
const OWN_KEYS: Readonly<Record<string, string>> = {
  "--model": "model",
  "--served-model-name": "model",
  "--tensor-parallel-size": "engine.tensorParallel",
  "-tp": "engine.tensorParallel",
  "--max-model-len": "engine.maxModelLen",
  "--max-num-seqs": "engine.maxNumSeqs",
  "--max-num-batched-tokens": "engine.maxNumBatchedTokens",
  "--gpu-memory-utilization": "engine.gpuMemoryUtilization",
  "--kv-cache-dtype": "engine.kvCacheDtype",
  "--dtype": "engine.dtype",
  "--block-size": "engine.blockSize",
  "--enable-prefix-caching": "engine.prefixCaching",
  "--no-enable-prefix-caching": "engine.prefixCaching",
};

/** Only where the setting is used: vLLM knows formats that have no preparation here, and these may be had as arguments. */
const loadFormatKeys: Readonly<Record<string, string>> = {
  "--load-format": "engine.loadFormat",
  "--model-loader-extra-config": "engine.loadFormat",
};

/** The Service, the probes and the engine's Secret rely on them. */
const FIXED = ["--api-key", "--host", "--port"];

/** What a method adds to these rules. */
export interface MoreArguments {
  readonly own: Readonly<Record<string, string>>;
  readonly fixed: readonly string[];
}

/** Refuses arguments that are set elsewhere. */
export function checkExtraArgs(
  extraArgs: readonly string[],
  key: string,
  loadFormat: EngineSettings["loadFormat"],
  file: string,
  more: MoreArguments = { own: {}, fixed: [] },
): void {
  for (const argument of extraArgs) {
    const flag = argument.split(/[=\s]/)[0]!;
    const plain = flag.replaceAll("_", "-");
    const fail = (reason: string, next: string): never => {
      throw new UserError({ key, value: flag, reason, allowed: null, file, next });
    };
    if (FIXED.includes(plain) || more.fixed.includes(plain)) fail(`the deployment sets ${flag} itself`, "Remove it.");
    const own = more.own[plain] ?? OWN_KEYS[plain] ?? (loadFormat === null ? undefined : loadFormatKeys[flag]);
    if (own) fail(`${flag} has a key of its own`, `Use ${own}.`);
  }
}
