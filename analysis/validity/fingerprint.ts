import type { Run } from "../run.ts";
import { ofSystem } from "./finding.ts";
import { type FingerprintField, fingerprintFields } from "./fingerprintFields.ts";
import type { Finding } from "./validity.ts";

/** Runs are repetitions of one system only if all that makes its speed is the same in all of them. */
export function fingerprintFindings(runs: readonly Run[]): Finding[] {
  if (runs.length < 2) return [];
  return fingerprintFields.flatMap((field) => {
    const values = [...new Set(runs.map((run) => field.of(run)).filter((value) => value !== null))];
    return values.length < 2 ? [] : [mixed(field, values)];
  });
}

function mixed({ name, severity, shown }: FingerprintField, values: readonly string[]): Finding {
  const which = shown ? ` (${values.join(" and ")})` : "";
  return severity === "invalid"
    ? ofSystem("fingerprint", severity, `repetitions differ in ${name}${which}: they are not of one system`)
    : ofSystem("fingerprint", severity, `repetitions differ in ${name}${which}`);
}
