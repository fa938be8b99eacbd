import { flags, outcomes } from "../../harness/recordFormat.ts";
import type { StageAnalysis } from "../analysis.ts";
import type { Run } from "../run.ts";
import { expectedPromptTokens } from "./expectations.ts";
import { ofSystem, percentText } from "./finding.ts";
import type { Finding } from "./validity.ts";

const OK = outcomes.indexOf("ok");
/** Synthetic text is only about as long as asked, and a chat template adds to it. */
const PROMPT_NOTE = 0.2;
/** Another workload than the one that was asked for. */
const PROMPT_SUSPECT = 0.5;
/** A few answers that end early move no figure. */
const LENGTH_SUSPECT = 0.01;

/** Lengths: were they what was asked, and who counted them? */
export function tokenFindings(runs: readonly Run[], stages: readonly StageAnalysis[]): Finding[] {
  return [...answerFindings(runs), ...promptFindings(runs, stages)];
}

function answerFindings(runs: readonly Run[]): Finding[] {
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
  const findings: Finding[] = [];
  if (mismatched > 0) {
    const text = `${percentText(mismatched / forced)} of answers did not have the output length that was asked for, though end of sequence was ignored`;
    findings.push(ofSystem("tokens", mismatched / forced > LENGTH_SUSPECT ? "suspect" : "note", text));
  }
  if (counted > 0) {
    const text = counters.has("llmbench")
      ? `the server reported no usage for ${percentText(counted / ok)} of answers; their output tokens are counted events, and one event may hold several tokens`
      : `output tokens of ${percentText(counted / ok)} of answers are as ${[...counters].join(", ")} counted them, which need not be the server's usage`;
    findings.push(ofSystem("tokens", "note", text));
  }
  if (manyPerEvent > 0) {
    const text = `in ${percentText(manyPerEvent / ok)} of answers events held several tokens; ITL is the gap between events, TPOT is per token`;
    findings.push(ofSystem("tokens", "note", text));
  }
  return findings;
}

function promptFindings(runs: readonly Run[], stages: readonly StageAnalysis[]): Finding[] {
  if (runs.every(({ plan }) => plan === null)) return [];
  const asked = expectedPromptTokens(runs);
  const got =
    stages.find(({ pooled }) => pooled.inputTokens.mean.value !== null)?.pooled.inputTokens.mean.value ?? null;
  if (asked === null || got === null) return [];
  const off = Math.abs(got / asked - 1);
  if (off <= PROMPT_NOTE) return [];
  const text = `prompts had ${got.toFixed(0)} tokens on average where ${asked.toFixed(0)} were asked for`;
  return [ofSystem("tokens", off > PROMPT_SUSPECT ? "suspect" : "note", text)];
}
