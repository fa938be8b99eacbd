import type { StageAnalysis } from "../analysis.ts";
import { loadNames } from "../loadName.ts";
import type { Run } from "../run.ts";
import { expectedCachedShare } from "./expectations.ts";
import { ofLoads } from "./finding.ts";
import type { Finding } from "./validity.ts";

/** Chat templates put the same few tokens before every prompt, so a little sharing is normal. */
const SLACK = 0.1;
/** More than half of the prefill that was to be measured did not happen: vllm#54227 saw TTFT 49 times lower. */
const BY_FAR = 0.5;

/** Were prompts new to the server's prefix cache, but for what the workload itself repeats? */
export function prefixCacheFindings(runs: readonly Run[], stages: readonly StageAnalysis[]): Finding[] {
  const data = runs.find(({ plan }) => plan !== null)?.plan?.data;
  if (data === undefined) return [];
  const expected = expectedCachedShare(data);
  const warm = stages.filter((stage) => (cachedShare(stage) ?? 0) > expected + SLACK);
  if (warm.length === 0) return [];
  const highest = Math.max(...warm.map((stage) => cachedShare(stage) as number));
  const percent = (share: number) => (100 * share).toFixed(0);
  const text =
    `up to ${percent(highest)} % of prompt tokens came from the server's prefix cache at ${loadNames(warm)}, where the ` +
    `workload shares ${percent(expected)} %: TTFT and throughput are flattered; use another seed or reset the cache`;
  // Prompts from a file may well repeat what we cannot know of.
  const invalid = data.type === "synthetic" && highest > expected + BY_FAR;
  return [ofLoads("prefixCache", invalid ? "invalid" : "suspect", warm, text)];
}

/** By the answers' own usage; else by the server's counters, which see other clients too. */
function cachedShare({ pooled, server }: StageAnalysis): number | null {
  return pooled.cachedShare.value ?? server?.prefixCacheHitRate.value ?? null;
}
