import type { Measured } from "../analysis.ts";
import { type Startup, type StartupPhase, startupValues } from "../startup/startup.ts";
import { textTable, wrapText } from "./textTable.ts";

/** Content of startup.json. */
export function startupJson(startup: Startup): string {
  return `${JSON.stringify(startup, null, 2)}\n`;
}

/** Content of categories.txt: phases in order, vLLM's own numbers, the pod's clock beside them, what was not found. */
export function startupText(startup: Startup): string {
  const { phases, values, check, resolutionSeconds, notFound, remarks } = startup;
  const digits = resolutionSeconds === 1 ? 0 : 3;
  const version = startup.vllmVersion === null ? "of unknown version" : startup.vllmVersion;
  const format = startup.loadFormat ?? "not told";
  const rows = phases.flatMap((phase) => phaseRows(phase, "", digits));
  const numbers = Object.entries(startupValues)
    .map(([key, meaning]) => [key, meaning, values[key as keyof typeof values]] as const)
    .map(([key, meaning, value]) => [key, valueText(value, 3), meaning]);
  const pod: [string, Measured][] = [
    ["pod ready minus container started, s", check.podSeconds],
    ["all phases together, s", check.phaseSeconds],
    ["not explained by a phase, s", check.unexplainedSeconds],
    ["first line to last route, s", startup.startupSeconds],
  ];
  return [
    `vLLM ${version}${startup.verified ? "" : " (wordings unverified)"}, load format ${format}`,
    "",
    ...textTable(
      [
        { head: ["phase"], align: "left" },
        { head: ["process"], align: "left" },
        { head: ["from s"], align: "right" },
        { head: ["took s"], align: "right" },
      ],
      rows,
    ),
    "",
    ...textTable(
      [
        { head: ["value"], align: "left" },
        { head: [""], align: "right" },
        { head: ["meaning"], align: "left" },
      ],
      numbers,
    ),
    "",
    ...textTable(
      [
        { head: ["beside the pod's own clock"], align: "left" },
        { head: [""], align: "right" },
      ],
      pod.map(([name, value]) => [name, valueText(value, digits)]),
    ),
    "",
    ...wrapText(`Not found: ${notFound.length === 0 ? "nothing is missing" : notFound.join(", ")}.`, 100, "  "),
    ...remarks.flatMap((remark) => wrapText(remark, 100, "  ")),
    "",
  ].join("\n");
}

function phaseRows(
  { name, process, startSeconds, seconds, parts }: StartupPhase,
  indent: string,
  digits: number,
): string[][] {
  const row = [
    indent + name,
    process === null ? "-" : `${process.name} ${process.pid}`,
    startSeconds === null ? "-" : startSeconds.toFixed(digits),
    valueText(seconds, digits),
  ];
  return [row, ...parts.flatMap((part) => phaseRows(part, `${indent}  `, digits))];
}

/** "- (why)" in place of a number that is not there; below the resolution "<1". */
function valueText(measured: Measured, digits: number): string {
  if (measured.value === null) return `- (${measured.reason})`;
  if (digits === 0 && measured.value === 0) return "<1";
  return String(Number(measured.value.toFixed(digits)));
}
