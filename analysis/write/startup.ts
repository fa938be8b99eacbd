import type { Measured } from "../analysis.ts";
import { secondsText, timeToReady } from "../starts.ts";
import { type Startup, type StartupPhase, type StartupValue, startupValues } from "../startup/startup.ts";
import { type Column, textTable, wrapText } from "./textTable.ts";

/** Content of startup.json. */
export function startupJson(startup: Startup): string {
  return `${JSON.stringify(startup, null, 2)}\n`;
}

const numberOf: Readonly<Partial<Record<StartupValue, string>>> = {
  weightsSeconds: "reading weights",
  loadSeconds: "model loading, by vLLM",
  loadGiB: "size of the model in memory",
  torchCompileSeconds: "torch.compile",
  graphCaptureSeconds: "CUDA graph capture",
  graphCaptureGiB: "memory of CUDA graphs",
  kvCacheGiB: "KV cache of one process",
  kvCacheTokens: "KV cache",
};
const unitOf = (key: StartupValue): string => (key.endsWith("GiB") ? "GiB" : key.endsWith("Tokens") ? "tokens" : "s");

/** For the terminal and the README: what was found, line by line; what was not is in categories.txt. */
export function startRows(startup: Startup): [what: string, value: string][] {
  const { measured, by } = timeToReady(startup);
  const { phases, values, check, resolutionSeconds } = startup;
  const from = by === "pod" ? "container started to pod ready" : "first line of the log to last route";
  const seconds = (value: Measured, resolution = resolutionSeconds) =>
    value.value === null ? `- (${value.reason})` : `${secondsText(value.value, resolution)} s`;
  const found = phases.filter((phase) => phase.seconds.value !== null);
  const numbers = (Object.keys(numberOf) as StartupValue[]).filter((key) => values[key].value !== null);
  return [
    [`time to ready: ${from}`, seconds(measured, by === "pod" ? 1 : resolutionSeconds)],
    ...found.map((phase): [string, string] => [`  ${phase.name}`, seconds(phase.seconds)]),
    ["all phases together", seconds(check.phaseSeconds)],
    ["not explained by a phase", seconds(check.unexplainedSeconds)],
    ...numbers.map((key): [string, string] => [numberOf[key] as string, `${valueText(values[key], 2)} ${unitOf(key)}`]),
  ];
}

export const startColumns: readonly Column[] = [
  { head: ["start of the engine"], align: "left" },
  { head: ["took"], align: "right" },
];

export function startTable(startup: Startup): string[] {
  return textTable(startColumns, startRows(startup));
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
