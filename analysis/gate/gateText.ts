import type { Gate, GateCheck, GateSystem, GateVerdict } from "./gate.ts";
import { repetitionsToDecide } from "./repetitions.ts";

export const verdictWords: Readonly<Record<GateVerdict, string>> = {
  ok: "OK",
  regression: "REGRESSION",
  inconclusive: "INCONCLUSIVE",
  invalid: "INVALID",
};

export const outcomeWords: Readonly<Record<GateCheck["outcome"], string>> = {
  pass: "ok",
  warning: "warn",
  fail: "FAIL",
  undecided: "?",
  error: "INVALID",
};

/** The verdict and why, in a line: what a reader of a log sees first. */
export function gateHeadline(gate: Gate): string {
  const stamp = gate.simulated ? "SIMULATED: " : "";
  const deciding = gate.systems.filter(({ verdict }) => verdict === gate.verdict);
  return `${stamp}${verdictWords[gate.verdict]}: ${deciding.map((system) => reasonOf(system, gate)).join("; ")}`;
}

/** What decided; of a system that is in order, its primary metric. */
export function reasonOf(system: GateSystem, { systems }: Pick<Gate, "systems">): string {
  const deciding = (["error", "fail", "undecided"] as const)
    .map((outcome) => system.checks.filter((check) => check.outcome === outcome))
    .find((checks) => checks.length > 0);
  const shown = deciding ?? system.checks.filter(({ kind }) => kind === "primary");
  const text = (shown.length === 0 ? system.checks : shown).map((check) => check.text).join("; ");
  return systems.length === 1 ? text : `${system.name}: ${text}`;
}

/** For a terminal. */
export function gateText(gate: Gate): string {
  const lines = [
    gateHeadline(gate),
    "",
    `baseline ${gate.baseline}, new ${gate.candidate}`,
    ...gate.systems.flatMap((system) => [
      "",
      `${system.name}: ${verdictWords[system.verdict]}`,
      ...system.checks.map(({ outcome, text }) => `  ${outcomeWords[outcome].padEnd(7)}  ${text}`),
      ...system.notes.map((note) => `  note     ${note}`),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Over the commands that go on from here. */
export function nextHeading({ verdict }: Gate): string {
  return verdict === "regression" ? "To confirm it" : "To decide it";
}

/** Repetitions a side that would probably decide all that is open; null: nothing is open, or they would not help. */
export function repetitionsWanted(gate: Gate): number | null {
  const open = gate.systems.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === "undecided"));
  const wanted = open.flatMap(({ row }) => (row === undefined ? [] : [repetitionsToDecide(row)]));
  if (wanted.length === 0 || wanted.includes(null)) return null;
  return Math.max(...(wanted as number[]));
}
