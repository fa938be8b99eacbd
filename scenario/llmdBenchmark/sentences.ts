import type { Row } from "./draft.ts";

/** Rows as sentences; what many variables have in common, such as the reason why, is said once. */
export function sentences(rows: readonly Row[]): string[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row.variable === null ? JSON.stringify(row) : `${row.result} ${row.why}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const [{ result, why }] = group as [Row];
    const lines = group.map(({ line }) => line).filter((line) => line !== null);
    const variables = group.map(({ variable }) => variable).filter((variable) => variable !== null);
    const where = lines.length === 0 ? [] : [`line${lines.length === 1 ? "" : "s"} ${[...new Set(lines)].join(", ")}`];
    const parts = [...where, [...new Set(variables)].join(", "), result ?? "", why];
    return parts.filter((part) => part !== "").join(": ");
  });
}
