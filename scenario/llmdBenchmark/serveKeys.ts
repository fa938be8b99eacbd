import { loadFormats } from "../engine.ts";
import { type Draft, show, type Taken } from "./draft.ts";
import { readServeFlags, type ServeFlag } from "./serveFlags.ts";

/** Where the arguments of one kind of pod go. */
export interface Place {
  /** Key for what only these pods have: "engine", "llmd.decode", "llmd.prefill". */
  readonly own: string;
  /** Flags of --tensor-parallel-size and --data-parallel-size are left to the caller where it has a variable for them. */
  readonly has: (key: string) => boolean;
}

const keyOf: Readonly<Record<string, string>> = {
  "--max-model-len": "engine.maxModelLen",
  "--max-num-seqs": "engine.maxNumSeqs",
  "--max-num-seq": "engine.maxNumSeqs",
  "--max-num-batched-tokens": "engine.maxNumBatchedTokens",
  "--gpu-memory-utilization": "engine.gpuMemoryUtilization",
  "--block-size": "engine.blockSize",
  "--kv-cache-dtype": "engine.kvCacheDtype",
  "--dtype": "engine.dtype",
  "--load-format": "engine.loadFormat",
  "--tensor-parallel-size": "tensorParallel",
  "-tp": "tensorParallel",
  "--data-parallel-size": "dataParallel",
};

/** Set here by the deployment, or by its absence as quiet as there. */
const ours =
  /^--(host|port|served-model-name|model|api-key|(disable|no-enable)-log-requests|disable-uvicorn-access-log|kv-transfer-config|data-parallel-(size-local|address|rpc-port|start-rank|hybrid-lb|backend|rank))$/;

/** Arguments of `vllm serve` as keys; what has none goes into extraArgs. */
export function carryArguments(draft: Draft, taken: Taken, place: Place): void {
  const { flags, otherCommands } = readServeFlags(taken.text);
  const extra: string[] = [];
  const left: string[] = [];
  for (const flag of flags) if (!carryFlag(draft, taken, flag, place)) (flag.open ? left : extra).push(...words(flag));
  if (extra.length > 0) draft.set(taken, `${place.own}.extraArgs`, extra);
  else draft.same(taken, "its arguments are keys, or set by the deployment");
  if (left.length > 0) draft.drop(taken, `${left.map(show).join(" ")}: it depends on the pod it was written for.`);
  if (otherCommands.length > 0)
    draft.drop(
      taken,
      `the pod also ran ${otherCommands.map(show).join(", ")}: an image of yours (engine.image) can have it done.`,
    );
}

function carryFlag(draft: Draft, taken: Taken, { flag, value, open }: ServeFlag, place: Place): boolean {
  if (ours.test(flag)) return true;
  if (/^--(no-)?enable-prefix-caching$/.test(flag)) {
    draft.set(taken, "engine.prefixCaching", flag === "--enable-prefix-caching");
    return true;
  }
  const known = keyOf[flag];
  if (known === undefined || value === null) return false;
  // It stands for a variable that is carried, or left to its default, by itself.
  if (open) return true;
  const key = known.includes(".") ? known : `${place.own}.${known}`;
  if (place.has(known) || at(draft.config, key) !== undefined) {
    if (String(at(draft.config, key)) !== value && !place.has(known))
      draft.drop(taken, `${flag} ${show(value)}: ${key} is ${at(draft.config, key)} for all pods already.`);
    return true;
  }
  if (flag === "--load-format" && !loadFormats.some((format) => format === value)) return value === "auto";
  draft.set(taken, key, /^\d+(\.\d+)?$/.test(value) ? Number(value) : value);
  return true;
}

const words = ({ flag, value }: ServeFlag): string[] => (value === null ? [flag] : [flag, value]);

export function at(config: Readonly<Record<string, unknown>>, key: string): unknown {
  let place: unknown = config;
  for (const part of key.split(".")) place = (place as Record<string, unknown> | undefined)?.[part];
  return place;
}
