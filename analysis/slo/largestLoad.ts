import type { LoadType } from "../analysis.ts";
import type { LargestLoad, SloResult, SloTarget, SloVerdict, StageSlo } from "./sloAssessment.ts";

/** A measured load and what is known of it. */
interface Judged {
  readonly load: number;
  readonly verdict: SloVerdict;
  readonly reason: string | null;
}

/**
 * By rising load, the first fail ends the search: a load that passes beyond it passed by luck, or because of what came
 * before. An unsure load between a pass and a fail widens the interval. A load below the first pass that misses nothing
 * but a least throughput is too small to give it, which is no limit of the system.
 */
export function largestLoad(
  targets: readonly SloTarget[],
  stages: readonly (StageSlo & { readonly loadType: LoadType })[],
): LargestLoad {
  const [loadType, ...others] = new Set(stages.map((stage) => stage.loadType));
  if (loadType === undefined) return { kind: "unknown", reason: "no stage ran" };
  if (others.length > 0) return { kind: "unknown", reason: "the stages have several kinds of load" };
  const judged = byLoad(targets, stages);
  const failed = judged.findIndex(({ verdict }) => verdict === "fail");
  const passes = judged.slice(0, failed === -1 ? undefined : failed).findLast(({ verdict }) => verdict === "pass");
  const fails = judged[failed];
  if (passes && fails) return { kind: "between", loadType, passes: passes.load, fails: fails.load };
  if (passes) {
    const above = judged.filter(({ load }) => load > passes.load);
    return { kind: "atLeast", loadType, passes: passes.load, ...undecided(above) };
  }
  if (fails) return { kind: "below", loadType, fails: fails.load, ...undecided(judged.slice(0, failed)) };
  if (judged.every(({ reason }) => reason === TOO_SMALL))
    return { kind: "unknown", reason: "no load that was measured gives the least throughput; measure larger ones" };
  const reason = judged.find((one) => one.verdict === "unsure" && one.reason !== TOO_SMALL)?.reason;
  return { kind: "unknown", reason: `no load is decided: ${reason ?? "nothing was measured"}` };
}

function undecided(judged: readonly Judged[]): { undecided?: number[] } {
  return judged.length === 0 ? {} : { undecided: judged.map(({ load }) => load) };
}

const TOO_SMALL = "gives less than the least throughput";

function byLoad(targets: readonly SloTarget[], stages: readonly StageSlo[]): Judged[] {
  const loads = new Map<number, Judged>();
  const worse: readonly SloVerdict[] = ["pass", "unsure", "fail"];
  for (const stage of stages) {
    const one = { load: stage.load, verdict: stage.verdict, reason: firstReason(stage.results) };
    const before = loads.get(stage.load);
    if (!before || worse.indexOf(one.verdict) > worse.indexOf(before.verdict)) loads.set(stage.load, one);
  }
  const tooSmall = new Set(stages.filter((stage) => missesThroughputOnly(targets, stage)).map(({ load }) => load));
  const rising = [...loads.values()].sort((a, b) => a.load - b.load);
  const enough = rising.findIndex(({ load }) => !tooSmall.has(load));
  const beforeEnough = enough === -1 ? rising.length : enough;
  return rising.map((one, i) => (i < beforeEnough ? { ...one, verdict: "unsure", reason: TOO_SMALL } : one));
}

function missesThroughputOnly(targets: readonly SloTarget[], { verdict, results }: StageSlo): boolean {
  const misses = targets.filter((_, i) => results[i]?.verdict === "fail");
  return verdict === "fail" && misses.every(({ metric }) => metric.endsWith("PerSecond"));
}

function firstReason(results: readonly SloResult[]): string | null {
  return results.find(({ verdict }) => verdict === "unsure")?.reason ?? null;
}
