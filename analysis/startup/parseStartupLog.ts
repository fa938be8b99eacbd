import type { Measured } from "../analysis.ts";
import { type LogLine, readLogLine } from "./logLine.ts";
import { notWhenEager, readPhases } from "./phases.ts";
import { podCheck } from "./podCheck.ts";
import { readSleeps } from "./sleeps.ts";
import type { ModelLoad, PodTimes, Startup, StartupValue } from "./startup.ts";
import { startupValues } from "./startup.ts";
import { compareVersions, type Wording, wordingsOf } from "./wordings.ts";

/** Minor versions of which a real log was read; the others' wordings were read in their sources only. */
const verifiedMinors = ["0.32"];
const oldest = "0.8.0";
const newest = "0.32";
const unknownPod: PodTimes = { scheduledAt: null, startedAt: null, readyAt: null };

/**
 * Reads the startup log of one vLLM engine, as `kubectl logs` gives it (with or without --timestamps) or as the process wrote it.
 * @param log its text, or its lines  @param pod independent times of the same pod
 */
export function parseStartupLog(log: string | readonly string[], pod: PodTimes = unknownPod): Startup {
  const texts = typeof log === "string" ? log.split("\n") : log;
  const lines = inYearOrder(afterSerialization(texts.map(readLogLine)));
  const version = findGroup(
    lines,
    /\bV1 LLM engine \(v([\w.+-]+)\)|API server version:? v?([\w.+-]+)|\bversion (\d[\w.+-]+)\s*$/,
  );
  const ready = lines.findLast(({ message }) => /Route: .*, Methods?:/.test(message)) ?? null;
  const cpu = lines.some(({ message }) => /device_config=cpu\b|Automatically detected platform cpu/.test(message));
  const eager = lines.some(({ message }) => /\benforce_eager=True\b/.test(message));
  const stamped = lines.filter(({ atMs }) => atMs !== null);
  const first = stamped[0] ?? null;
  const zeroMs = first?.atMs ?? 0;
  // What is served ends the startup: sleeping and serving come later.
  const startup = ready === null ? lines : lines.slice(0, lines.indexOf(ready) + 1);
  const debug = texts.some((text) => /\bDEBUG\s+(?:\d{4}-)?\d\d-\d\d /.test(text));
  const phases = readPhases(first === null ? [] : startup, zeroMs, { debug, eager });
  const applying = wordingsOf(version);
  const values = readValues(startup, applying, { cpu, eager });
  const loads = readLoads(startup);
  const stampedBy = first?.stampedBy ?? null;
  return {
    formatVersion: 1,
    vllmVersion: version,
    verified: version !== null && verifiedMinors.some((minor) => version.startsWith(`${minor}.`)),
    resolutionSeconds: first === null ? null : (first.resolution ?? 1),
    stampedBy,
    model: findGroup(lines, /V1 LLM engine \(v[^)]*\) with config: model='([^']+)'/),
    loadFormat: findGroup(lines, /\bload_format=(?:LoadFormat\.)?'?(\w+)/),
    sleepMode: sleepMode(lines),
    args: argsOf(lines),
    firstLineAt: first?.stamp ?? null,
    readyAt: ready?.stamp ?? null,
    startupSeconds: startupSeconds(first, ready),
    phases,
    values,
    loads,
    sleeps: readSleeps(lines),
    pod,
    check: podCheck(phases, pod),
    notFound: notFound(applying, values, phases, { cpu, eager }),
    remarks: remarksOn(version, stampedBy, first),
  };
}

/** llm-d-benchmark's preprocessing writes the tensorizer's copy with vLLM in the same log, before the server starts. */
function afterSerialization(lines: readonly LogLine[]): LogLine[] {
  const end = lines.findLastIndex(({ message }) => /End model .*serialization/.test(message));
  return lines.slice(end + 1);
}

/** vLLM's stamps have no year: January after December is a year later. */
function inYearOrder(lines: readonly LogLine[]): LogLine[] {
  const half = 180 * 86_400_000;
  const first = lines.find(({ stampedBy }) => stampedBy === "vllm")?.atMs ?? null;
  if (first === null) return [...lines];
  const year = Date.UTC(2001, 0, 1) - Date.UTC(2000, 0, 1);
  return lines.map((line) =>
    line.stampedBy === "vllm" && line.atMs !== null && first - line.atMs > half
      ? { ...line, atMs: line.atMs + year }
      : line,
  );
}

function startupSeconds(first: LogLine | null, ready: LogLine | null): Measured {
  if (first?.atMs == null) return { value: null, reason: "no line has a time stamp" };
  if (ready === null) return { value: null, reason: "the log ends before the server announced its routes" };
  if (ready.atMs === null) return { value: null, reason: "the last route has no time stamp" };
  const value = (ready.atMs - first.atMs) / 1000;
  return value >= 0 ? { value } : { value: null, reason: "the last route is stamped before the first line" };
}

/** What an engine is that leaves lines out. */
interface Kind {
  readonly cpu: boolean;
  readonly eager: boolean;
}
const compiled: readonly StartupValue[] = [
  "dynamoSeconds",
  "compileGraphSeconds",
  "cachedGraphSeconds",
  "torchCompileSeconds",
  "graphCaptureSeconds",
  "graphCaptureGiB",
];

function readValues(lines: readonly LogLine[], applying: readonly Wording[], { cpu, eager }: Kind): Startup["values"] {
  const absent = (value: StartupValue): Measured => {
    const all = applying.filter((wording) => wording.value === value);
    if (all.length === 0) return { value: null, reason: "this version does not log it" };
    if (eager && compiled.includes(value)) return { value: null, reason: "nothing is compiled with --enforce-eager" };
    if (cpu && all.every(({ gpuOnly }) => gpuOnly))
      return { value: null, reason: "an engine on a CPU does not log it" };
    if (all.every(({ debugOnly }) => debugOnly))
      return { value: null, reason: "not found (needs VLLM_LOGGING_LEVEL=DEBUG)" };
    return { value: null, reason: "not found in the log" };
  };
  const found = Object.fromEntries(
    Object.keys(startupValues).map((key) => {
      const value = key as StartupValue;
      const read = applying.filter((wording) => wording.value === value).map((wording) => readValue(lines, wording));
      const number = read.find((one) => one !== null) ?? null;
      return [value, number === null ? absent(value) : { value: number }];
    }),
  ) as Record<StartupValue, Measured>;
  const { loadGiB, loadSeconds } = found;
  const known = loadGiB.value !== null && loadSeconds.value !== null && loadSeconds.value > 0;
  found.transferGiBPerSecond = known
    ? { value: (loadGiB.value as number) / (loadSeconds.value as number) }
    : { value: null, reason: "size or time of the loading is not known" };
  return found;
}

function readValue(lines: readonly LogLine[], { pattern, group, ofProcess, ofAll }: Wording): number | null {
  const byProcess = new Map<string, number>();
  for (const { message, process } of lines) {
    const match = pattern.exec(message);
    if (match === null) continue;
    const value = Number((match[group] as string).replaceAll(",", ""));
    if (!Number.isFinite(value)) continue;
    const key = process === null ? "" : `${process.name} ${process.pid}`;
    byProcess.set(key, ofProcess === "sum" ? (byProcess.get(key) ?? 0) + value : value);
  }
  const values = [...byProcess.values()];
  if (values.length === 0) return null;
  if (ofAll === "sum") return values.reduce((total, value) => total + value, 0);
  return ofAll === "max" ? Math.max(...values) : Math.min(...values);
}

function readLoads(lines: readonly LogLine[]): ModelLoad[] {
  return lines.flatMap(({ message, process }) => {
    const match = /Model loading took ([\d.]+) Gi?B (?:memory )?and ([\d.]+) seconds/.exec(message);
    return match === null ? [] : [{ process, giB: Number(match[1]), seconds: Number(match[2]) }];
  });
}

function findGroup(lines: readonly LogLine[], pattern: RegExp): string | null {
  for (const { message } of lines) {
    const match = pattern.exec(message);
    const group = match?.slice(1).find((part) => part !== undefined);
    if (group !== undefined) return group.slice(0, 200);
  }
  return null;
}

function sleepMode(lines: readonly LogLine[]): boolean | null {
  const told = findGroup(lines, /'?enable_sleep_mode'?[:=] ?(True|False)/);
  if (told !== null) return told === "True";
  // Only arguments that differ from the defaults are listed, and the default is off.
  return lines.some(({ message }) => message.includes("non-default args:")) ? false : null;
}

/** A key given as an argument is printed with the others: not into files of ours. */
function argsOf(lines: readonly LogLine[]): string | null {
  const args = /non-default args: (\{.*\})/.exec(
    lines.find(({ message }) => message.includes("non-default args:"))?.message ?? "",
  );
  const hidden = args?.[1]?.replace(
    /('[^']*(?:key|token|secret|password)[^']*': )(\[[^\]]*\]|\{[^}]*\}|'[^']*'|"[^"]*"|[^,}]+)/gi,
    (whole, name: string) =>
      /tokenizer|max_num_batched_tokens|tokens_details|_tokens'|key_file|keyfile/i.test(name)
        ? whole
        : `${name}'(hidden)'`,
  );
  return hidden?.slice(0, 10_000) ?? null;
}

function notFound(
  applying: readonly Wording[],
  values: Startup["values"],
  phases: Startup["phases"],
  { cpu, eager }: Kind,
): string[] {
  const wanted = applying
    .filter(({ optional, gpuOnly }) => optional === undefined && !(cpu && gpuOnly))
    .filter(({ value }) => !(eager && compiled.includes(value)));
  const missing = new Set(
    wanted.filter(({ value }) => values[value].value === null).map(({ value }) => value as string),
  );
  return [
    ...missing,
    ...phases
      .filter(({ name, seconds }) => seconds.value === null && !(eager && notWhenEager.includes(name)))
      .map(({ name }) => `phase ${name}`),
  ];
}

function remarksOn(version: string | null, stampedBy: Startup["stampedBy"], first: LogLine | null): string[] {
  const remarks = ["What happens before the first line (pulling the image, starting Python) is in no phase."];
  if (stampedBy === "vllm" && first?.resolution === 1)
    remarks.push(
      "vLLM's own time stamps end at the second: each phase is up to 1 s off. Numbers in the log are exact.",
    );
  if (version === null) remarks.push("The log does not tell vLLM's version: wordings of all versions were tried.");
  else if (
    compareVersions(version, oldest) < 0 ||
    compareVersions(version.split(".").slice(0, 2).join("."), newest) > 0
  )
    remarks.push(`vLLM ${version} is outside of ${oldest} to ${newest}: what was found is right, more may be there.`);
  else if (!verifiedMinors.some((minor) => version.startsWith(`${minor}.`)))
    remarks.push(`No real log of vLLM ${version} was at hand: wordings come from its source (unverified).`);
  return remarks;
}
