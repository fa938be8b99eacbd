import { flags, outcomes } from "../harness/recordFormat.ts";
import type { StageAnalysis } from "./analysis.ts";
import { expectedCachedShare, expectedPromptTokens } from "./expectations.ts";
import type { Run } from "./run.ts";
import { stageWarnings } from "./stageWarnings.ts";

const OK = outcomes.indexOf("ok");

export { loadName } from "./loadName.ts";

/** Chat templates put the same few tokens before every prompt, so a little sharing is normal. */
const CACHED_SHARE_SLACK = 0.1;
const PROMPT_LENGTH_SLACK = 0.2;

/** What a reader must know before believing the numbers of one system; empty when there is nothing. */
export function warningsOf(runs: readonly Run[], stages: readonly StageAnalysis[]): string[] {
  return [
    ...runs.flatMap(runWarnings),
    ...stageWarnings(stages),
    ...tokenWarnings(runs),
    ...promptWarnings(runs, stages),
  ];
}

function runWarnings(run: Run): string[] {
  if (run.status === "complete") return [];
  return [`run ${run.runId} is ${run.status}: ${run.reason ?? "no reason was recorded"}`];
}

/** Output lengths: were they what was asked, and who counted them? */
function tokenWarnings(runs: readonly Run[]): string[] {
  let ok = 0;
  let forced = 0;
  let mismatched = 0;
  let counted = 0;
  let manyPerEvent = 0;
  const counters = new Set<string>();
  for (const { requests, plan, harness } of runs) {
    if (requests === null) continue;
    for (let row = 0; row < requests.length; row++) {
      if (requests.outcome[row] !== OK) continue;
      ok++;
      const got = requests.outputTokens[row] as number;
      const asked = requests.outputTokensAsked[row] as number;
      if (plan?.ignoreEos === true && asked >= 0) {
        forced++;
        if (got !== asked) mismatched++;
      }
      const events = requests.events[row] as number;
      if (((requests.flags[row] as number) & flags.outputFromUsage) === 0) {
        counted++;
        counters.add(harness);
      } else if (((requests.flags[row] as number) & flags.streamed) !== 0 && events > 0 && got > 1.1 * events) {
        // Another harness may keep no events at all.
        manyPerEvent++;
      }
    }
  }
  const share = (count: number, of: number) => `${((100 * count) / of).toFixed(1)} %`;
  return [
    mismatched > 0
      ? `${share(mismatched, forced)} of answers did not have the output length that was asked for, though end of sequence was ignored`
      : null,
    counted > 0
      ? counters.has("llmbench")
        ? `the server reported no usage for ${share(counted, ok)} of answers; their output tokens are counted events, and one event may hold several tokens`
        : `output tokens of ${share(counted, ok)} of answers are as ${[...counters].join(", ")} counted them, which need not be the server's usage`
      : null,
    manyPerEvent > 0
      ? `in ${share(manyPerEvent, ok)} of answers events held several tokens; ITL is the gap between events, TPOT is per token`
      : null,
  ].filter((text) => text !== null);
}

/** Prompts: as long as asked, and new to the server's prefix cache (vllm#54227: a warm cache made TTFT 49 times lower)? */
function promptWarnings(runs: readonly Run[], stages: readonly StageAnalysis[]): string[] {
  const plan = runs.find((run) => run.plan !== null)?.plan;
  if (plan === null || plan === undefined) return [];
  const texts: string[] = [];
  const expectedShare = expectedCachedShare(plan.data);
  const shares = stages.map(({ pooled }) => pooled.cachedShare.value).filter((value) => value !== null);
  const highest = Math.max(...shares);
  if (shares.length > 0 && highest > expectedShare + CACHED_SHARE_SLACK) {
    texts.push(
      `up to ${(100 * highest).toFixed(0)} % of prompt tokens came from the server's prefix cache, where the workload shares ` +
        `${(100 * expectedShare).toFixed(0)} %: TTFT and throughput are flattered; use another seed or reset the cache`,
    );
  }
  const asked = expectedPromptTokens(runs);
  const got =
    stages.find(({ pooled }) => pooled.inputTokens.mean.value !== null)?.pooled.inputTokens.mean.value ?? null;
  if (asked !== null && got !== null && Math.abs(got / asked - 1) > PROMPT_LENGTH_SLACK) {
    texts.push(`prompts had ${got.toFixed(0)} tokens on average where ${asked.toFixed(0)} were asked for`);
  }
  return texts;
}
