import { flags, outcomes } from "../../harness/recordFormat.ts";
import { loadNames } from "../loadName.ts";
import type { RequestColumns, RunStage } from "../run.ts";
import type { StageServer } from "./serverMetrics.ts";

const TOLERANCE = 0.01;
const OK = outcomes.indexOf("ok");

/**
 * Do the engines count the tokens that their answers tell? If not, somebody else loads them, or not all pods are asked:
 * then nothing that they say of themselves is of this load alone. Only stages without a failed request can tell.
 */
export function tokenCheck(
  stages: readonly RunStage[],
  servers: readonly (StageServer | null)[],
  requests: RequestColumns,
): string[] {
  return (["promptTokens", "outputTokens"] as const).flatMap((what) => {
    const asked = clientTokens(requests, stages.length, what);
    const off = stages.flatMap(({ plan }, i) => {
      const counted = servers[i]?.[what].value ?? null;
      const told = asked[i] ?? null;
      if (counted === null || told === null || told === 0) return [];
      const ratio = counted / told;
      const { load } = plan;
      const size = load.type === "concurrency" ? load.concurrency : load.requestsPerSecond;
      return Math.abs(ratio - 1) > TOLERANCE ? [{ stage: { loadType: load.type, load: size }, ratio }] : [];
    });
    if (off.length === 0) return [];
    const worst = off.reduce((a, b) => (Math.abs(b.ratio - 1) > Math.abs(a.ratio - 1) ? b : a)).ratio;
    const by = `${(100 * Math.abs(worst - 1)).toFixed(1)} % ${worst > 1 ? "more" : "fewer"}`;
    const name = what === "promptTokens" ? "prompt" : "output";
    const why = worst > 1 ? "others load it, too" : "not all of its pods are asked, or one restarted";
    return [
      `the server counted up to ${by} ${name} tokens than its answers told, at ${loadNames(off.map(({ stage }) => stage))}: ${why}`,
    ];
  });
}

/** Per stage; null where not every request ended well, or one told no usage. */
function clientTokens(
  requests: RequestColumns,
  stages: number,
  what: "promptTokens" | "outputTokens",
): (number | null)[] {
  const sums: (number | null)[] = Array.from({ length: stages }, () => 0);
  for (let row = 0; row < requests.length; row++) {
    const stage = requests.stage[row] as number;
    const tokens = requests[what][row] as number;
    const fromUsage = what === "promptTokens" || ((requests.flags[row] as number) & flags.outputFromUsage) !== 0;
    const before = sums[stage] ?? null;
    sums[stage] = before === null || requests.outcome[row] !== OK || tokens < 0 || !fromUsage ? null : before + tokens;
  }
  return sums;
}
