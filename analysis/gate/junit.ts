import { escapeXml } from "../figures/escapeXml.ts";
import type { Gate, GateCheck, GateSystem } from "./gate.ts";

/**
 * The gate as JUnit XML, which every CI system shows: one suite per system, one case per metric and per objective. What could
 * not be decided is skipped, not failed: the exit code tells it, and a failed case would read as a regression.
 */
export function junitXml(gate: Gate): string {
  const cases = gate.systems.flatMap(({ checks }) => checks);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: "benchmark gate", ...counts(cases) })}>`,
    ...gate.systems.flatMap((system) => suite(system, gate)),
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

function suite(system: GateSystem, gate: Gate): string[] {
  const stamp = gate.simulated ? "SIMULATED " : "";
  return [
    `  <testsuite ${attributes({ name: `${stamp}${system.name}`, ...counts(system.checks) })}>`,
    ...system.checks.flatMap((check) => testCase(check, `benchmark.${system.name}`)),
    ...(system.notes.length === 0 ? [] : [`    <system-out>${escapeXml(system.notes.join("\n"))}</system-out>`]),
    "  </testsuite>",
  ];
}

function testCase({ name, kind, outcome, text }: GateCheck, classname: string): string[] {
  const label = kind === "primary" || kind === "secondary" ? `${name} (${kind})` : name;
  const message = attributes({ message: text });
  const inside = {
    pass: `<system-out>${escapeXml(text)}</system-out>`,
    warning: `<system-out>${escapeXml(`warning: ${text}`)}</system-out>`,
    fail: `<failure ${message} type="regression"/>`,
    undecided: `<skipped ${message}/>`,
    error: `<error ${message} type="invalid"/>`,
  }[outcome];
  return [`    <testcase ${attributes({ classname, name: label, time: 0 })}>`, `      ${inside}`, "    </testcase>"];
}

function counts(checks: readonly GateCheck[]): Record<string, number> {
  const count = (outcome: GateCheck["outcome"]) => checks.filter((check) => check.outcome === outcome).length;
  return { tests: checks.length, failures: count("fail"), errors: count("error"), skipped: count("undecided") };
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(String(value)).replace(/[\t\n\r]/g, " ")}"`)
    .join(" ");
}
