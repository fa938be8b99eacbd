import { deepEqual, doesNotThrow, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseStartupLog } from "../../../analysis/startup/parseStartupLog.ts";
import type { StartupValue } from "../../../analysis/startup/startup.ts";
import { compareVersions, wordingsOf } from "../../../analysis/startup/wordings.ts";

const real = process.env.LLMBENCH_TEST_DATA;

/**
 * A startup as version `v` words it: templates of its source (see wordings.ts), values filled in. Not a real log: these versions are
 * marked unverified.
 */
function worded(v: string, lines: readonly string[], prefix = "(EngineCore pid=7) "): string {
  const stamp = (second: number) => `INFO 04-29 12:00:${String(second).padStart(2, "0")} [file.py:1]`;
  const engine = `${prefix}${stamp(1)} Initializing a V1 LLM engine (v${v}) with config: model='m', load_format=LoadFormat.AUTO, device_config=cuda`;
  return [engine, ...lines.map((line, i) => `${prefix}${stamp(2 + i)} ${line}`)].join("\n");
}

function readingOf(v: string, line: string, value: StartupValue): number | null {
  return parseStartupLog(worded(v, [line])).values[value].value;
}

describe("Startup log of vLLM", () => {
  it("reads what each version says, in that version only where the wording changed", () => {
    const table: readonly [string, string, StartupValue, number][] = [
      ["0.8.5", "Model loading took 14.9889 GiB and 12.345678 seconds", "loadSeconds", 12.345678],
      ["0.12.0", "Model loading took 14.9889 GiB memory and 12.345678 seconds", "loadSeconds", 12.345678],
      ["0.26.0", "Model loading took 14.99 GiB memory and 12.345678 seconds", "loadGiB", 14.99],
      ["0.8.5", "torch.compile takes 42.11 s in total", "torchCompileSeconds", 42.11],
      ["0.17.1", "torch.compile takes 42.11 s in total", "torchCompileSeconds", 42.11],
      ["0.18.0", "torch.compile took 42.11 s in total", "torchCompileSeconds", 42.11],
      ["0.32.0", "[backbone] torch.compile took 42.11 s in total", "torchCompileSeconds", 42.11],
      ["0.9.2", "Compiling a graph for general shape takes 30.50 s", "compileGraphSeconds", 30.5],
      ["0.10.0", "Compiling a graph for dynamic shape takes 30.50 s", "compileGraphSeconds", 30.5],
      ["0.13.0", "Compiling a graph for compile range (1, 8192) takes 30.50 s", "compileGraphSeconds", 30.5],
      [
        "0.11.0",
        "Directly load the compiled graph(s) for dynamic shape from the cache, took 3.25 s",
        "cachedGraphSeconds",
        3.25,
      ],
      [
        "0.26.0",
        "Directly load the compiled graph(s) for compile range (1, 2048) from the cache, took 3.25 s",
        "cachedGraphSeconds",
        3.25,
      ],
      ["0.26.0", "Dynamo bytecode transform time: 6.42 s", "dynamoSeconds", 6.42],
      ["0.26.0", "Graph capturing finished in 21 secs, took 0.55 GiB", "graphCaptureSeconds", 21],
      ["0.26.0", "Graph capturing finished in 21 secs, took 0.55 GiB", "graphCaptureGiB", 0.55],
      [
        "0.26.0",
        "Memory profiling takes 5.01 seconds. Total non KV cache memory: 17.1GiB;",
        "memoryProfilingSeconds",
        5.01,
      ],
      ["0.26.0", "Initial free memory: 78.6 GiB; Requested memory: 0.900000 (util), 71.2 GiB", "initialFreeGiB", 78.6],
      [
        "0.26.0",
        "Free memory after profiling: 61.0 GiB (total), 53.7 GiB (within requested)",
        "freeAfterProfilingGiB",
        61,
      ],
      ["0.26.0", "Available KV cache memory: 53.69 GiB", "kvCacheGiB", 53.69],
      ["0.8.5", "GPU KV cache size: 441,696 tokens", "kvCacheTokens", 441696],
      ["0.26.0", "Maximum concurrency for 16,384 tokens per request: 26.96x", "fullLengthRequests", 26.96],
      ["0.8.5", "init engine (profile, create kv cache, warmup model) took 63.55 seconds", "initEngineSeconds", 63.55],
      [
        "0.26.0",
        "init engine (profile, create kv cache, warmup model) took 63.55 s (compilation: 42.11 s)",
        "initEngineSeconds",
        63.55,
      ],
      ["0.26.0", "Loading weights took 2.71 seconds", "weightsSeconds", 2.71],
    ];
    for (const [version, line, value, expected] of table)
      equal(readingOf(version, line, value), expected, `${version} ${line}`);
    equal(readingOf("0.26.0", "torch.compile takes 42.11 s in total", "torchCompileSeconds"), null);
  });

  it("says what was not found by name, and what a version cannot tell", () => {
    const startup = parseStartupLog(worded("0.26.0", ["Starting to load model m..."]));
    ok(startup.notFound.includes("loadSeconds") && startup.notFound.includes("phase Model loading"));
    ok(!startup.notFound.includes("downloadSeconds"), "nothing need be downloaded");
    match((startup.values.initializeModelSeconds as { reason: string }).reason, /version does not log it/);
    match((startup.values.initialFreeGiB as { reason: string }).reason, /DEBUG/);
    equal(startup.verified, false);
    match(startup.remarks.join(), /unverified/);
  });

  it("takes the slowest of several processes, and all of their memory", () => {
    const line = (rank: number, giB: number, seconds: number) =>
      `(Worker_TP${rank} pid=${10 + rank}) INFO 04-29 12:00:10 [file.py:1] Model loading took ${giB} GiB memory and ${seconds} seconds`;
    const log = `${worded("0.26.0", [])}\n${line(0, 33, 20)}\n${line(1, 33, 25)}`;
    const { values, loads } = parseStartupLog(log);
    deepEqual([values.loadGiB.value, values.loadSeconds.value], [66, 25]);
    equal(values.transferGiBPerSecond.value, 66 / 25);
    deepEqual(
      loads.map(({ process }) => process?.name),
      ["Worker_TP0", "Worker_TP1"],
    );
  });

  it("takes the runtime's stamps where there are some, before vLLM's; phases beside the pod's own clock", () => {
    const at = (ms: number, text: string) => `2026-11-22T04:00:${(ms / 1000).toFixed(9).padStart(12, "0")}Z ${text}`;
    const log = [
      at(1500, "INFO 11-22 04:00:01 [a.py:1] Initializing a V1 LLM engine (v0.26.0) with config: model='m'"),
      at(2750, "INFO 11-22 04:00:02 [a.py:1] Starting to load model m..."),
      at(7000, "INFO 11-22 04:00:07 [a.py:1] Model loading took 1.0 GiB memory and 4.000000 seconds"),
    ].join("\n");
    const pod = { scheduledAt: null, startedAt: "2026-11-22T04:00:00Z", readyAt: "2026-11-22T04:00:10Z" };
    const startup = parseStartupLog(log, pod);
    deepEqual([startup.resolutionSeconds, startup.stampedBy], [0.001, "runtime"]);
    const seconds = (name: string) => startup.phases.find((phase) => phase.name === name)?.seconds.value;
    deepEqual([seconds("Worker initialization"), seconds("Model loading"), seconds("Model info")], [1.25, 4.25, null]);
    deepEqual(
      [startup.check.podSeconds.value, startup.check.phaseSeconds.value, startup.check.unexplainedSeconds.value],
      [10, 5.5, 4.5],
    );
  });

  it("crosses a year, drops the serialisation before the server, and hides keys", () => {
    const log = [
      "INFO 12-31 23:59:50 [a.py:1] Model loading took 9.0 GiB memory and 99.0 seconds",
      "INFO 12-31 23:59:52 [a.py:1] End model m serialization",
      "INFO 12-31 23:59:55 [a.py:1] non-default args: {'model': 'm', 'api_key': ['sk-verysecret'], 'max_num_batched_tokens': 8192, 'hf_token': 'hf_x'}",
      "INFO 12-31 23:59:57 [a.py:1] Starting to load model m...",
      "INFO 01-01 00:00:02 [a.py:1] Model loading took 1.0 GiB memory and 4.0 seconds",
    ].join("\n");
    const { phases, values, args } = parseStartupLog(log);
    equal(phases.find(({ name }) => name === "Model loading")?.seconds.value, 5);
    equal(values.loadSeconds.value, 4);
    ok(args?.includes("8192") && !args.includes("sk-verysecret") && !args.includes("hf_x"), args ?? "");
  });

  it("pairs sleeps with wake-ups", () => {
    const lines = [
      "Sleep mode freed 60.00 GiB memory, 2.50 GiB memory is still in use.",
      "It took 1.500000 seconds to fall asleep.",
      "It took 0.400000 seconds to wake up tags {'weights', 'kv_cache'}.",
      "It took 1.000000 seconds to fall asleep.",
    ];
    deepEqual(parseStartupLog(worded("0.26.0", lines)).sleeps, [
      { freedGiB: 60, inUseGiB: 2.5, sleepSeconds: 1.5, wakeSeconds: 0.4 },
      { freedGiB: null, inUseGiB: null, sleepSeconds: 1, wakeSeconds: null },
    ]);
  });

  it("orders versions", () => {
    equal(compareVersions("0.9.2", "0.10.0"), -1);
    equal(compareVersions("0.26.0rc1", "0.26.0"), 0);
    const torch = (version: string) =>
      wordingsOf(version).filter(({ value }) => value === "torchCompileSeconds").length;
    deepEqual(["0.17.1", "0.18.0", "0.40.0"].map(torch), [1, 1, 1]);
    equal(wordingsOf(null).filter(({ value }) => value === "torchCompileSeconds").length, 2);
  });

  it("takes any text", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "Model loading took",
        " GiB and ",
        "INFO 13-45 99:99:99 [",
        "(EngineCore pid=",
        "took 1e999 s",
        "\u001b[32m",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => doesNotThrow(() => parseStartupLog(pieces.join("")))),
      { numRuns: 300 },
    );
  });

  (real === undefined ? it.skip : it)("of a real 0.32 on a CPU is read whole", () => {
    const file = join(real as string, "vllm-server/vllm-0.32.0-cpu-startup-debug.log");
    const startup = parseStartupLog(readFileSync(file, "utf8"));
    deepEqual(
      [startup.vllmVersion, startup.verified, startup.loadFormat, startup.sleepMode],
      ["0.32.0", true, "dummy", false],
    );
    deepEqual([startup.resolutionSeconds, startup.stampedBy, startup.startupSeconds.value], [1, "vllm", 33]);
    deepEqual(startup.notFound, ["phase Detect platform", "phase Imports of vLLM"]);
    const { values, phases } = startup;
    deepEqual(
      [values.kvCacheTokens.value, values.fullLengthRequests.value, values.initEngineSeconds.value],
      [262144, 64, 17.37],
    );
    equal(values.initializeModelSeconds.value, 0.098858);
    const loading = phases.find(({ name }) => name === "Model loading");
    deepEqual([loading?.process, loading?.startSeconds], [{ name: "Worker", pid: 24938 }, 14]);
    equal(phases.find(({ name }) => name === "PyTorch compilation")?.seconds.value, 16);
  });
});
