import type { Run } from "../run.ts";
import { type Environment, environmentOf } from "./environment.ts";
import type { GateCheck } from "./gate.ts";

/** Without these being equal, a difference is not the engine's: no number of repetitions would make it so. */
const mustBeEqual = ["engine", "harness", "workload"];

export interface Comparability {
  readonly checks: readonly GateCheck[];
  readonly notes: readonly string[];
}

/** Whether both sides measured the same thing, and what else was not the same around it. */
export function comparability(baseline: readonly Run[], candidate: readonly Run[]): Comparability {
  const [theirs, own] = [environmentOf(baseline), environmentOf(candidate)];
  const different = differing(theirs, own);
  const fatal = different.filter((name) => mustBeEqual.includes(name));
  const sentence = (name: string) => `${name}: ${textOf(theirs, name)} -> ${textOf(own, name)}`;
  const text =
    fatal.length === 0
      ? "both sides got the same workload from the same harness"
      : `the sides cannot be compared, they differ in ${fatal.map(sentence).join(", ")}; make the baseline again`;
  return {
    checks: [{ kind: "trust", name: "comparable", outcome: fatal.length === 0 ? "pass" : "error", text }],
    notes: [
      ...different.filter((name) => !mustBeEqual.includes(name)).map((name) => `not the same: ${sentence(name)}`),
      ...mixtures(theirs).map((name) => `baseline mixes runs of different ${name}: ${textOf(theirs, name)}`),
      ...mixtures(own).map((name) => `new mixes runs of different ${name}: ${textOf(own, name)}`),
    ],
  };
}

/** Facts that both sides recorded, with different values. */
function differing(theirs: Environment, own: Environment): string[] {
  return Object.keys(theirs).filter((name) => own[name] !== undefined && textOf(own, name) !== textOf(theirs, name));
}

function mixtures(environment: Environment): string[] {
  return Object.keys(environment).filter((name) => (environment[name]?.length ?? 0) > 1);
}

function textOf(environment: Environment, name: string): string {
  return environment[name]?.join(" and ") ?? "unknown";
}
