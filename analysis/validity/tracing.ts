import type { Run } from "../run.ts";
import { recordedTarget } from "../systemIdentity.ts";
import { ofSystem } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** Arguments of vLLM that make every request or step slower, for the sake of what they tell. */
const slowing = /^--(otlp-traces-endpoint|collect-detailed-traces|profiler-config|enable-layerwise-nvtx-tracing)\b/;

/** An engine that traces or profiles is not the one that will serve. */
export function tracingFindings(runs: readonly Run[]): Finding[] {
  const found = new Set(runs.flatMap(tracingArguments));
  if (found.size === 0) return [];
  const text = `the engine was told to trace or profile (${[...found].join(", ")}), which costs time that it would not take in service`;
  return [ofSystem("tracing", "suspect", text)];
}

function tracingArguments(run: Run): string[] {
  const target = recordedTarget(run);
  if (target === null || target.method === "existing") return [];
  // Each role of an llm-d has arguments of its own.
  const roles = target.method === "llm-d" ? [target.llmd?.decode, target.llmd?.prefill] : [];
  const recorded: unknown[] = [target.engine, ...roles].map((part) => part?.extraArgs);
  const args: unknown[] = recorded.flatMap((list) => (Array.isArray(list) ? list : []));
  return args.flatMap((arg) => (typeof arg === "string" ? (slowing.exec(arg)?.[0] ?? []) : []));
}
