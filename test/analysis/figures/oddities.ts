import type { Analysis, ComparisonRow, SystemAnalysis } from "../../../analysis/analysis.ts";
import type { Finding } from "../../../analysis/validity/validity.ts";
import { analysis, metrics, stage, system } from "./fixture.ts";

const finding = (text: string): Finding => ({ check: "completeness", severity: "invalid", loads: [], text });

export const hostile = `<script>alert("1")</script>&'"</svg><img src=x onerror=alert(1)>\u0000\u001b[31m\ud800 日本語`;

/** Markup, control characters and broken Unicode wherever a text can come from outside. */
export function hostileAnalysis(): Analysis {
  const bad = (name: string): SystemAnalysis => {
    const base = system({ name, model: hostile, hardware: hostile, failing: 0.1 });
    return {
      ...base,
      runs: base.runs.map((run) => ({
        ...run,
        runId: hostile,
        status: "partial",
        reason: hostile,
        startedAt: hostile,
        folder: `javascript:alert(1)//${hostile}`,
      })),
      stages: base.stages.map((each) => ({
        ...each,
        name: hostile,
        errors: [{ outcome: "http5xx", message: hostile, count: 3 }],
        pooled: { ...each.pooled, tpotMs: { ...each.pooled.tpotMs, p50: { value: null, reason: hostile } } },
      })),
      validity: { verdict: "invalid", findings: [finding(hostile)] },
    };
  };
  const both = analysis([bad(`a ${hostile}`), bad(`b ${hostile}`)]);
  const compared = both.comparison!;
  return {
    ...both,
    title: hostile,
    stack: hostile,
    createdAt: hostile,
    notes: [hostile],
    comparison: { ...compared, headline: hostile, rows: compared.rows.map((row) => ({ ...row, reason: hostile })) },
  };
}

/** One system that never ran, one cut short, one that failed more and more; gaps in the middle. */
export function brokenAnalysis(): Analysis {
  const whole = system({ name: "whole" });
  const cut = system({ name: "cut-short", loads: [1, 2, 4] });
  const dead = system({ name: "never-started", loads: [] });
  const failing = system({ name: "failing", speed: 0.8 });
  const shares = [0, 0, 0.004, 0.09, 0.35, 1];
  const reason = "the server ended with code 137 (out of memory) and did not come back within 120 s";
  return analysis([
    { ...whole, stages: whole.stages.filter((each) => each.load !== 8) },
    { ...cut, runs: cut.runs.map((run) => ({ ...run, status: "partial", reason: "stopped by SIGINT" })) },
    {
      ...dead,
      runs: dead.runs.map((run) => ({ ...run, status: "failed", reason })),
      validity: { verdict: "invalid", findings: [finding(reason)] },
    },
    {
      ...failing,
      stages: failing.stages.map((each, i) => ({
        ...stage({ load: each.load, speed: 0.8, failing: shares[i]! }),
        errors: shares[i]! > 0 ? [{ outcome: "http5xx", message: "HTTP 503: engine is overloaded", count: 12 }] : [],
      })),
    },
  ]);
}

/** A gap in the middle of a single system's curve: the load is there, its numbers are not. */
export function gapAnalysis(): Analysis {
  const one = system({ requests: 800 });
  const stages = one.stages.map((each) =>
    each.load === 4 ? { ...each, pooled: metrics({ load: 4, requests: 0 }), repetitions: [] } : each,
  );
  return analysis([{ ...one, stages }]);
}

/** Closed and open loops in one run, and one load twice. */
export function mixedAnalysis(): Analysis {
  const one = system({ loads: [4, 8], simulated: false });
  const again = stage({ load: 8, speed: 0.97, name: "again" });
  const open = [stage({ load: 2, loadType: "constant" }), stage({ load: 2, loadType: "poisson" })];
  return analysis([{ ...one, stages: [...one.stages, again, ...open] }]);
}

/** Latencies over three decades, and intervals over several more. */
export function wideAnalysis(): Analysis {
  const slow = system({ name: "slow", loads: [1, 4, 16, 64, 256], repetitions: 2 });
  const fast = system({ name: "fast", loads: [1, 4, 16, 64, 256], speed: 60, repetitions: 2 });
  const both = analysis([slow, fast]);
  const wide = (row: ComparisonRow, i: number): ComparisonRow =>
    row.interval === null || i % 2 === 0
      ? row
      : { ...row, interval: { low: row.ratio.value! / 5000, high: row.ratio.value! * 5000 }, verdict: "inconclusive" };
  return { ...both, comparison: { ...both.comparison!, rows: both.comparison!.rows.map(wide) } };
}
