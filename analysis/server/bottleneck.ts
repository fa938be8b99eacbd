import type { StageAnalysis } from "../analysis.ts";
import { loadName } from "../loadName.ts";
import { percent, rules } from "./bottleneckRules.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import type { Bottleneck } from "./serverMetrics.ts";

/** What held the system back at its largest load: the first rule that its evidence shows. null: nothing was recorded that could tell. */
export function bottleneckOf(stages: readonly StageAnalysis[]): Bottleneck | null {
  const stage = stages
    .filter(({ repetitions }) => repetitions.length > 0)
    .reduce<StageAnalysis | null>((a, b) => (a === null || b.load > a.load ? b : a), null);
  if (stage === null) return null;
  const evidence = evidenceOf(stages, stage);
  if (stage.server === null && evidence.clientCpu === null) return null;
  const { load } = stage;
  const missing: string[] = [];
  for (const { kind, name, shown, missing: lacks } of rules) {
    const evidenceText = shown(evidence);
    const reserve = missing.length === 0 ? "" : ` (not recorded: ${listed(missing)})`;
    if (evidenceText !== null)
      return { kind, load, sentence: `${name} at ${loadName(stage)}: ${evidenceText}${reserve}` };
    missing.push(...lacks(evidence));
  }
  return { kind: "undetermined", load, sentence: undetermined(stage, evidence, missing) };
}

function undetermined(stage: StageAnalysis, evidence: Evidence, missing: readonly string[]): string {
  const known = knownOf(evidence);
  const told = known.length === 0 ? "" : `; known at ${loadName(stage)}: ${listed(known)}`;
  if (stage.server === null) return `not determined: the server's metrics were not recorded${told}`;
  return missing.length === 0
    ? `not determined: none of the rules applies${told}`
    : `not determined: ${listed(missing)} ${missing.length === 1 ? "was" : "were"} not recorded${told}`;
}

function knownOf(evidence: Evidence): string[] {
  const { clientCpu, preemptions, kvCacheMax, waiting, queueShare, prefillShare, tensor, dram } = evidence;
  const shown: (string | null)[] = [
    clientCpu === null ? null : `the load generator used ${clientCpu.toFixed(2)} of one core`,
    preemptions === null ? null : `${preemptions} preemptions`,
    kvCacheMax === null ? null : `KV cache use up to ${percent(kvCacheMax)}`,
    waiting === null ? null : `${waiting.toFixed(1)} requests waiting`,
    queueShare === null ? null : `queue ${percent(queueShare)} of TTFT`,
    prefillShare === null ? null : `prefill ${percent(prefillShare)} of TTFT`,
    tensor === null ? null : `tensor cores active ${percent(tensor)}`,
    dram === null ? null : `DRAM active ${percent(dram)}`,
  ];
  return shown.filter((text) => text !== null);
}

function listed(texts: readonly string[]): string {
  const last = texts.at(-1) as string;
  return texts.length === 1 ? last : `${texts.slice(0, -1).join(", ")} and ${last}`;
}
