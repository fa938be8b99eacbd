import type { Measured, Summary } from "../../analysis.ts";
import { objectOf } from "../json/looseJson.ts";
import { absentSummary, reportedValue, type SummaryKey, summaryKeys } from "../reportedValues.ts";

/** What a statistic's `units` say -> factor to ours. Names: `Units` in base.py of llmd-benchmark-report 0.2.1. */
export const unitFactors = {
  time: { ms: 1, s: 1000 },
  timePerToken: { "ms/token": 1, "s/token": 1000 },
  tokenRate: { "tokens/s": 1 },
  requestRate: { "queries/s": 1 },
  count: { count: 1 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

export type UnitFamily = keyof typeof unitFactors;

const NOT_HELD = "the report does not hold it";
/** llm-d-benchmark's converters put 0 where a harness told nothing, since version 0.1 requires a value. */
const ZERO = "the report says 0 for all of it, which stands for not measured";

/** Statistics of one report; units that are not known are told to `problem`, and the values are missing. */
export class ReportStatistics {
  private readonly successes: number | null;
  private readonly problem: (text: string) => void;

  /** @param successes null: the report does not tell how many requests failed */
  constructor(successes: number | null, problem: (text: string) => void) {
    this.successes = successes;
    this.problem = problem;
  }

  /** @param counted whether the samples are the successful requests */
  summary(statistic: unknown, name: string, family: UnitFamily, counted: boolean): Summary {
    const factor = this.factor(statistic, name, family);
    if (typeof factor === "string") return absentSummary(factor);
    const values = objectOf(statistic);
    const given = summaryKeys.map((key) => values[key]).filter((value) => typeof value === "number");
    if (given.length > 0 && given.every((value) => value === 0)) return absentSummary(ZERO);
    const entries = summaryKeys.map((key): [SummaryKey, Measured] => [
      key,
      reportedValue(values[key], NOT_HELD, factor),
    ]);
    const n = counted ? this.successes : null;
    return { n, ...(Object.fromEntries(entries) as Record<SummaryKey, Measured>) };
  }

  rate(statistic: unknown, name: string, family: UnitFamily): Measured {
    const factor = this.factor(statistic, name, family);
    if (typeof factor === "string") return { value: null, reason: factor };
    const { mean } = objectOf(statistic);
    return mean === 0 ? { value: null, reason: ZERO } : reportedValue(mean, NOT_HELD, factor);
  }

  /** A text: why there is none. */
  private factor(statistic: unknown, name: string, family: UnitFamily): number | string {
    if (this.successes === 0) return "no successful request";
    if (statistic === undefined || statistic === null) return NOT_HELD;
    const { units } = objectOf(statistic);
    const factors: Readonly<Record<string, number>> = unitFactors[family];
    const factor = typeof units === "string" && Object.hasOwn(factors, units) ? factors[units] : undefined;
    if (factor !== undefined) return factor;
    const reason = `its units are ${JSON.stringify(units) ?? "missing"}, allowed: ${Object.keys(factors).join(", ")}`;
    this.problem(`${name}: ${reason}`);
    return reason;
  }
}
