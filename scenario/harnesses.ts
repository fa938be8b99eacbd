import type { HarnessName, PlatformName } from "./scenario.ts";

/** As in the documents: inference-perf where there are GPUs. Ours needs no image of its own and runs anywhere. */
export function defaultHarness(platform: PlatformName): HarnessName {
  return platform === "gke" || platform === "ocp" ? "inference-perf" : "llmbench";
}

/** A profile that every harness has, but for what starts quickly on a laptop and what sends nothing. */
export function defaultWorkload(platform: PlatformName, harness: HarnessName): string {
  if (harness === "nop") return "nop";
  return platform === "local" && harness === "llmbench" ? "local" : "concurrency-sweep";
}

/** Makes its prompts, or counts tokens, with a tokenizer of its own; ours lets the server count. */
export function countsTokens(harness: HarnessName): boolean {
  return harness !== "llmbench" && harness !== "nop";
}

/** Sends no load: it reads what the engine says while it starts. */
export function readsStartup(harness: HarnessName): boolean {
  return harness === "nop";
}

/** fmperf's clients send "EMPTY" whatever they are told, so that an engine with a key refuses them. */
export function sendsApiKey(harness: HarnessName): boolean {
  return harness !== "fmperf";
}
