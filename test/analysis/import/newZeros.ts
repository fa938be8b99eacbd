import type { Measured, Summary } from "../../../analysis/analysis.ts";
import type { NativeResults } from "../../../analysis/import/nativeResults.ts";

/** Token counts of a row: -1 where absent. */
const columns = ["promptTokens", "outputTokens", "cachedTokens", "promptTokensAsked", "outputTokensAsked"] as const;
/** Counts of failures, which are 0 with good reason where the damage took the failures away. */
const counted = new Set(["failureRate", "sent"]);

/**
 * Numbers that were not 0 in `whole` and are 0 in the damaged results, by name: what was lost must be absent, since 0 is
 * the best latency ever seen.
 */
export function newZeros(whole: NativeResults): (damaged: NativeResults) => string[] {
  const before = numbersOf(whole);
  const zerosBefore = columns.map((column) => zerosIn(whole, column));
  return (damaged) => {
    const zeros = [...numbersOf(damaged)].flatMap(([name, value]) => {
      const was = before.get(name) ?? null;
      return value === 0 && was !== null && was !== 0 ? [`${name} was ${was} and is 0`] : [];
    });
    const rows = columns.flatMap((column, i) => {
      const [was, is] = [zerosBefore[i] as number, zerosIn(damaged, column)];
      return is > was ? [`${column} is 0 in ${is} rows, and was in ${was}`] : [];
    });
    return [...zeros, ...rows];
  };
}

/** All that harnesses reported themselves, by stage and name. */
function numbersOf({ stages }: NativeResults): Map<string, number | null> {
  const found = new Map<string, number | null>();
  for (const { plan, reported } of stages) {
    for (const [key, value] of Object.entries(reported ?? {})) {
      const name = `${plan.name} ${key}`;
      if (counted.has(key)) continue;
      if (typeof value === "number" || value === null) found.set(name, value);
      else if ("value" in (value as Measured)) found.set(name, (value as Measured).value);
      else if ("p50" in (value as Summary))
        for (const [at, number] of statistics(value as Summary)) found.set(`${name}.${at}`, number);
    }
  }
  return found;
}

function statistics({ n, ...values }: Summary): [string, number | null][] {
  return Object.entries(values).map(([at, { value }]) => [at, value]);
}

function zerosIn({ requests }: NativeResults, column: (typeof columns)[number]): number {
  return requests === null ? 0 : requests[column].reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0);
}
