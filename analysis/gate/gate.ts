import type { Analysis, ComparisonRow, SystemAnalysis } from "../analysis.ts";
import { compare } from "../comparison.ts";
import { differencesOf } from "../differences.ts";
import type { Run } from "../run.ts";
import { comparability } from "./comparability.ts";
import { failureCheck } from "./failures.ts";
import { metricChecks } from "./metrics.ts";
import { objectiveChecks } from "./objectives.ts";
import { pairSystems, type SystemPair } from "./pairs.ts";
import { trust } from "./trust.ts";

/** ok: not worse by more than the margin; inconclusive: more repetitions may decide; invalid: no number of them would. */
export type GateVerdict = "ok" | "regression" | "inconclusive" | "invalid";

/** What a CI job branches on, so it never changes: docs/ci.md. */
export const gateExitCodes: Readonly<Record<GateVerdict, number>> = {
  ok: 0,
  regression: 1,
  inconclusive: 2,
  invalid: 3,
};

/** One side of a gate: its runs, and what was made of them by the criteria of the new side. */
export interface GateSide {
  /** As the user named it. */
  readonly name: string;
  readonly runs: readonly Run[];
  readonly analysis: Analysis;
}

export interface Gate {
  /** The worst of its systems'. */
  readonly verdict: GateVerdict;
  readonly baseline: string;
  readonly candidate: string;
  /** true: at least one side is simulated, and everything says so. */
  readonly simulated: boolean;
  readonly systems: readonly GateSystem[];
}

export interface GateSystem {
  readonly name: string;
  readonly verdict: GateVerdict;
  /** In the order in which they matter: whether it can be compared at all, the primary metric, absolute limits, the rest. */
  readonly checks: readonly GateCheck[];
  /** What differed besides what is under test, and what is worth knowing; none of it decides. */
  readonly notes: readonly string[];
}

export interface GateCheck {
  readonly kind: "trust" | "primary" | "objective" | "failures" | "secondary";
  /** The same in every gate of this system: it names a test case. */
  readonly name: string;
  /** fail: a regression; undecided: inconclusive; error: invalid; a warning is said and decides nothing. */
  readonly outcome: "pass" | "warning" | "fail" | "undecided" | "error";
  /** One sentence that can stand alone, with its numbers. */
  readonly text: string;
  /** Of the primary and the secondary metrics, over all matched loads. */
  readonly row?: ComparisonRow;
}

/**
 * Whether the new side is worse than the baseline. One primary metric decides, and absolute limits of their own (objectives
 * and failures); the other metrics only warn, for of eight at five loads one is always unlucky.
 */
export function gate(baseline: GateSide, candidate: GateSide): Gate {
  const systems = pairSystems(baseline.analysis.systems, candidate.analysis.systems).map((pair) =>
    gateSystem(pair, baseline, candidate),
  );
  return {
    verdict: worst(systems.map(({ verdict }) => verdict)),
    baseline: baseline.name,
    candidate: candidate.name,
    simulated: baseline.analysis.simulated || candidate.analysis.simulated,
    systems,
  };
}

function gateSystem({ name, base, mine }: SystemPair, baseline: GateSide, candidate: GateSide): GateSystem {
  if (base === null) {
    const text = `${name} is new: ${baseline.name} has nothing to compare it with`;
    return finished(name, [{ kind: "trust", name: "comparable", outcome: "warning", text }], []);
  }
  if (mine === null) {
    const text = `${name} of ${baseline.name} is missing in ${candidate.name}: run it too, or take it out of the baseline`;
    return finished(name, [{ kind: "trust", name: "comparable", outcome: "error", text }], []);
  }
  const [theirRuns, ownRuns] = [runsOf(base, baseline.runs), runsOf(mine, candidate.runs)];
  const { comparison: criteria } = candidate.analysis.criteria;
  const systems = [
    { ...base, name: "baseline" },
    { ...mine, name: "new" },
  ];
  const comparison = compare(systems, { baseline: "baseline", criteria, differences: [] });
  const { checks, notes } = comparability(theirRuns, ownRuns);
  const differences = differencesOf(
    new Map([
      ["baseline", theirRuns],
      ["new", ownRuns],
    ]),
  );
  return finished(
    name,
    [
      ...trust(base, mine),
      ...checks,
      ...metricChecks(comparison?.rows ?? [], criteria.primary, mine.loadType),
      ...objectiveChecks(base, mine),
      ...failureCheck(base, mine),
    ].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
    [
      ...notes,
      ...suspicions(base, "baseline"),
      ...suspicions(mine, "new"),
      ...differences.map(({ what, values: [theirs, own] }) => `${what}: ${theirs ?? "unknown"} -> ${own ?? "unknown"}`),
    ],
  );
}

const order: readonly GateCheck["kind"][] = ["trust", "primary", "objective", "failures", "secondary"];

function finished(name: string, checks: readonly GateCheck[], notes: readonly string[]): GateSystem {
  const has = (outcome: GateCheck["outcome"]) => checks.some((check) => check.outcome === outcome);
  // A regression that is measured beside an invalid number is not confirmed.
  const verdict = has("error") ? "invalid" : has("fail") ? "regression" : has("undecided") ? "inconclusive" : "ok";
  return { name, verdict, checks, notes };
}

function suspicions({ validity }: SystemAnalysis, side: string): string[] {
  return validity.findings.filter(({ severity }) => severity === "suspect").map(({ text }) => `${side}: ${text}`);
}

function runsOf(system: SystemAnalysis, runs: readonly Run[]): Run[] {
  return runs.filter(({ runId }) => system.runs.some((run) => run.runId === runId));
}

function worst(verdicts: readonly GateVerdict[]): GateVerdict {
  const bySeverity: readonly GateVerdict[] = ["invalid", "regression", "inconclusive"];
  return bySeverity.find((verdict) => verdicts.includes(verdict)) ?? "ok";
}
