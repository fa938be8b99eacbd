import type { HarnessName, Scenario } from "../scenario/scenario.ts";
import type { HarnessAdapter } from "./adapter.ts";
import { aiperf } from "./adapters/aiperf.ts";
import { fmperf } from "./adapters/fmperf.ts";
import { guidellm } from "./adapters/guidellm.ts";
import { inferencePerf } from "./adapters/inferencePerf.ts";
import { vllmBenchmark } from "./adapters/vllmBenchmark.ts";

/** All harnesses but ours, which runs from its own source, and nop, which sends no load. */
export type ForeignHarness = Exclude<HarnessName, "llmbench" | "nop">;

const adapters: Readonly<Record<ForeignHarness, HarnessAdapter>> = {
  "inference-perf": inferencePerf,
  guidellm,
  fmperf,
  "vllm-benchmark": vllmBenchmark,
  aiperf,
};

/** In the order of the documents. */
export const foreignHarnesses = Object.keys(adapters) as ForeignHarness[];

export function isForeign(harness: string): harness is ForeignHarness {
  return Object.hasOwn(adapters, harness);
}

export function adapterOf(harness: ForeignHarness): HarnessAdapter {
  return adapters[harness];
}

/** Image of the load generator's pod; null: the stock Node image, which runs our own programs. */
export function harnessImage({ harness }: Scenario): string | null {
  return harness.image ?? (isForeign(harness.name) ? adapterOf(harness.name).image : null);
}
