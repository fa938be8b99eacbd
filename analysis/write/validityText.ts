import type { SystemAnalysis } from "../analysis.ts";
import type { Validity } from "../validity/validity.ts";
import { wrapText } from "./textTable.ts";

/** `VALID`, `SUSPECT` or `INVALID`: the word of badge, table and exit code. */
export function validityWord({ verdict }: Validity): string {
  return verdict.toUpperCase();
}

/** One line below a system's table; its reasons stand among the warnings. */
export function validityLine({ findings, ...validity }: Validity): string {
  const notes = findings.filter(({ severity }) => severity === "note").length;
  const reasons = findings.length - notes;
  const told = [
    ...(reasons === 0 ? [] : [`${counted(reasons, "reason")} below`]),
    ...(notes === 0 ? [] : [`${counted(notes, "note")} in stats.txt`]),
  ];
  const word = validityWord({ findings, ...validity });
  return `Validity: ${word}${told.length === 0 ? "" : ` (${told.join(", ")})`}`;
}

/** Every finding with its severity, for stats.txt. */
export function validitySection({ validity }: Pick<SystemAnalysis, "validity">, width: number): string[] {
  return [
    `Validity: ${validityWord(validity)}`,
    ...validity.findings.flatMap(({ severity, text }) => wrapText(`${severity}: ${text}`, width, "  ")),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
