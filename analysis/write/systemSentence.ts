import type { StageAnalysis, SystemAnalysis } from "../analysis.ts";
import { loadName } from "../loadName.ts";
import { sentenceStamp } from "../sentenceStamp.ts";
import { namedStarts, startSentence, startsOnly } from "../starts.ts";
import { numberText } from "./cellText.ts";

/** What was measured of one system, in a sentence: its best throughput, and TTFT there and at the lowest load; under nop, how it started. */
export function systemSentence(system: SystemAnalysis): string {
  if (startsOnly(system))
    return namedStarts({ systems: [system] })
      .map(startSentence)
      .join(" ");
  const { name, stages } = system;
  const prefix = sentenceStamp([system]);
  const [best] = stages
    .filter(({ pooled }) => pooled.outputTokensPerSecond.value !== null)
    .sort(
      (a, b) => (b.pooled.outputTokensPerSecond.value as number) - (a.pooled.outputTokensPerSecond.value as number),
    );
  if (best === undefined) return `${prefix}${name} answered no request; see the warnings.`;
  const rate = numberText(best.pooled.outputTokensPerSecond.value as number);
  const lowest = stages.reduce((a, b) => (b.load < a.load ? b : a));
  const waits = [ttftAt(best), best === lowest ? null : ttftAt(lowest)].filter((text) => text !== null);
  const times = waits.length === 0 ? "" : `; TTFT p50 is ${waits.join(" and ")}`;
  return `${prefix}${name} reaches ${rate} output tokens/s at ${loadName(best)}${times}.`;
}

function ttftAt(stage: StageAnalysis): string | null {
  const { value } = stage.pooled.ttftMs.p50;
  return value === null ? null : `${numberText(value)} ms at ${loadName(stage)}`;
}
