import type { LogLine } from "./logLine.ts";
import type { StartupPhase } from "./startup.ts";

/**
 * A stretch of the log: from the first line that matches `start` to the last before the next phase's, or the first after
 * it, that matches `end`. Several processes: from the first one's start to the last one's end.
 */
interface PhaseWording {
  readonly name: string;
  readonly start: RegExp;
  readonly end: RegExp;
  readonly endIs: "first" | "last";
  readonly parts?: readonly PhaseWording[];
  /** Below level DEBUG, or without a GPU, it is not there. */
  readonly needs?: "DEBUG" | "a GPU";
  /** Not there with --enforce-eager: nothing is compiled, and what follows it has no beginning of its own. */
  readonly unless?: "eager" | undefined;
}

/**
 * Wordings of v0.8.5 to v0.32.0 together: none of them means anything else in another version. Sources: plugins/__init__.py,
 * platforms/__init__.py, entrypoints (api_server.py, launcher.py), config/model.py, v1/engine/core.py,
 * v1/worker/*_model_runner.py, compilation/{backends,decorators,monitor}.py.
 */
export const phaseWordings: readonly PhaseWording[] = [
  {
    name: "Detect platform",
    start: /(?:No|Available) plugins for group vllm\.platform_plugins/,
    end: /Automatically detected platform/,
    endIs: "first",
    needs: "DEBUG",
  },
  {
    name: "Imports of vLLM",
    start: /Automatically detected platform/,
    end: /non-default args:|vLLM API server version|plugins for group vllm\.general_plugins/,
    endIs: "first",
    needs: "DEBUG",
  },
  {
    name: "Model info",
    // "vLLM API server version" was dropped after v0.24.0; the arguments are printed in all.
    start: /vLLM API server version|non-default args:/,
    end: /Using max model len/,
    endIs: "first",
  },
  {
    name: "Start of the engine process",
    start: /Using max model len/,
    end: /Initializing a V1 LLM engine/,
    endIs: "last",
  },
  {
    name: "Worker initialization",
    start: /Initializing a V1 LLM engine/,
    end: /Starting to load model/,
    endIs: "last",
  },
  {
    name: "Model loading",
    start: /Starting to load model/,
    // A CPU engine says nothing at the end: the weights, or what it does next, end it.
    end: /Model loading took|Loading weights took|Warming up model for the compilation/,
    endIs: "last",
  },
  {
    name: "PyTorch compilation",
    unless: "eager",
    start: /Start compiling function/,
    // The CPU's runner and an engine that loads a compiled graph have no total.
    end: /torch\.compile (?:takes|took) [\d.]+ s in total|saved AOT compiled function|Warming up done/,
    endIs: "last",
    parts: [
      {
        name: "Dynamo",
        start: /Start compiling function/,
        end: /Dynamo bytecode transform time/,
        endIs: "last",
        needs: "a GPU",
      },
      {
        name: "Inductor",
        start: /Dynamo bytecode transform time/,
        end: /Compiling a graph for .* takes|Directly load the compiled graph/,
        endIs: "last",
        needs: "a GPU",
      },
    ],
  },
  {
    name: "Memory and KV cache",
    unless: "eager",
    start: /torch\.compile (?:takes|took) [\d.]+ s in total|Warming up done/,
    end: /KV cache size: [\d,]+ tokens/,
    endIs: "last",
  },
  {
    name: "CUDA graph capture and warm-up",
    start: /KV cache size: [\d,]+ tokens/,
    end: /init engine \(profile, create kv cache, warmup model\) took/,
    endIs: "last",
  },
  {
    name: "Start of the API server",
    start: /init engine \(profile, create kv cache, warmup model\) took/,
    end: /Starting vLLM (?:API )?server/,
    endIs: "first",
  },
  {
    name: "API server",
    start: /Starting vLLM (?:API )?server/,
    end: /Route: .*, Methods?:/,
    endIs: "last",
  },
];

/** Phases that an engine with --enforce-eager does not have. */
export const notWhenEager = phaseWordings.filter(({ unless }) => unless === "eager").map(({ name }) => name);

/** What a log shows of its engine, and so which phases it cannot have. */
export interface LogKind {
  /** It has lines of level DEBUG. */
  readonly debug: boolean;
  readonly eager: boolean;
}

/** @param zeroMs of the log's first stamped line */
export function readPhases(lines: readonly LogLine[], zeroMs: number, kind: LogKind): StartupPhase[] {
  return phaseWordings.map((wording) => readPhase(wording, lines, zeroMs, kind));
}

function readPhase(wording: PhaseWording, lines: readonly LogLine[], zeroMs: number, kind: LogKind): StartupPhase {
  const { name, needs, unless } = wording;
  const parts = (wording.parts ?? []).map((part) => readPhase({ unless, ...part }, lines, zeroMs, kind));
  const absent = (what: string): StartupPhase => {
    const reason =
      kind.eager && unless === "eager" ? "not there with --enforce-eager" : `${what}${hintOf(needs, kind)}`;
    const seconds = { value: null, reason };
    return { name, process: null, startSeconds: null, seconds, parts };
  };
  const from = lines.findIndex(({ message }) => wording.start.test(message));
  if (from < 0) return absent("no line begins it");
  const start = lines[from] as LogLine;
  const ends = lines.slice(from).filter(({ message }) => wording.end.test(message));
  const end = wording.endIs === "first" ? ends[0] : ends.at(-1);
  if (end === undefined) return absent("no line ends it");
  if (start.atMs === null || end.atMs === null) return absent("its lines have no time stamps");
  if (end.atMs < start.atMs) return absent("its end is stamped before its beginning");
  const value = (end.atMs - start.atMs) / 1000;
  return { name, process: end.process, startSeconds: (start.atMs - zeroMs) / 1000, seconds: { value }, parts };
}

function hintOf(needs: PhaseWording["needs"], { debug }: LogKind): string {
  if (needs === undefined || (needs === "DEBUG" && debug)) return "";
  return ` (needs ${needs === "DEBUG" ? "VLLM_LOGGING_LEVEL=DEBUG" : needs})`;
}
