import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseStartupLog } from "../startup/parseStartupLog.ts";
import type { PodTimes, Startup } from "../startup/startup.ts";
import { collectAgain, ImportError } from "./importError.ts";
import type { Importer } from "./nativeResults.ts";

/** The engine's log as Kubernetes hands it out, best with its own time stamps; ours, and what llm-d-benchmark's nop keeps. */
export const startupLog = "vllm.log";
/** `PodTimes`, from the same pod. */
export const podTimesFile = "pod.json";

/** A log beyond this is no startup: what was served is in it. Its beginning is what counts. */
const MAX_BYTES = 64 << 20;

/**
 * A run of nop sends nothing: it is the engine's startup. Reads `vllm.log` and, if there, `pod.json`; in a folder of llm-d-benchmark's nop
 * the log is one folder down. @throws ImportError where there is no log, or nothing of vLLM in it
 */
export const importNop: Importer = async (native) => {
  const file = await logFile(native);
  const { text, more } = await beginning(file);
  const { pod, problem } = await podTimes(join(native, podTimesFile));
  const startup = parseStartupLog(text, pod);
  if (!saysAnything(startup)) {
    const next = "see whether it is the engine's log from its start, with VLLM_LOGGING_LEVEL=DEBUG";
    throw new ImportError(file, "holds nothing that vLLM writes when it starts", next);
  }
  const ends = more ? "the first 64 MiB of the log end" : "the log ends";
  const unready = startup.readyAt === null ? [`${ends} before the server announced its routes`] : [];
  const left = more ? ["The log is longer than 64 MiB; what follows them was not read."] : [];
  return {
    harnessVersion: null,
    startedAt: pod.startedAt,
    durationSeconds: startup.check.podSeconds.value ?? startup.startupSeconds.value ?? 0,
    stages: [],
    requests: null,
    itl: [],
    errors: [],
    problems: [...unready, ...(problem === null ? [] : [problem])],
    remarks: ["nop sends no requests: it reads how the engine started.", ...left, ...startup.remarks],
    startup,
  };
};

async function beginning(file: string): Promise<{ text: string; more: boolean }> {
  const chunks: Buffer[] = [];
  try {
    // One byte more tells whether there is more; `end` is the last one that is read.
    for await (const chunk of createReadStream(file, { end: MAX_BYTES })) chunks.push(chunk);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ImportError(file, `cannot be read (${code})`, "check its permissions");
  }
  const bytes = Buffer.concat(chunks);
  return { text: bytes.subarray(0, MAX_BYTES).toString("utf8"), more: bytes.length > MAX_BYTES };
}

async function logFile(native: string): Promise<string> {
  const entries = await readdir(native, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.isFile() && entry.name === startupLog)) return join(native, startupLog);
  // One file was imported, whatever its name.
  const [only, ...others] = entries.filter((entry) => entry.isFile() && /\.(log|txt)$/.test(entry.name));
  if (only !== undefined && others.length === 0) return join(native, only.name);
  for (const folder of entries.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const names: string[] = await readdir(join(native, folder.name)).catch(() => []);
    if (names.includes(startupLog)) return join(native, folder.name, startupLog);
  }
  const next = "the engine's log was not fetched: collect the run again";
  throw new ImportError(join(native, startupLog), "is missing", next);
}

function saysAnything({ vllmVersion, args, phases, values }: Startup): boolean {
  const found = [...Object.values(values), ...phases.map(({ seconds }) => seconds)].some(({ value }) => value !== null);
  return vllmVersion !== null || args !== null || found;
}

/** A damaged file costs the comparison, not the log. */
async function podTimes(file: string): Promise<{ pod: PodTimes; problem: string | null }> {
  const none: PodTimes = { scheduledAt: null, startedAt: null, readyAt: null };
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return { pod: none, problem: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { pod: none, problem: `${file} is not JSON; ${collectAgain}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { pod: none, problem: `${file} does not hold a JSON object; ${collectAgain}` };
  const told = value as Record<string, unknown>;
  const bad: string[] = [];
  const moment = (key: keyof PodTimes) => {
    const time = told[key] ?? null;
    if (time === null) return null;
    if (typeof time === "string" && /^\d{4}-\d\d-\d\dT/.test(time) && !Number.isNaN(Date.parse(time))) return time;
    bad.push(key);
    return null;
  };
  const pod = {
    ...(typeof told.pod === "string" ? { name: told.pod } : {}),
    ...("createdAt" in told ? { createdAt: moment("createdAt") } : {}),
    scheduledAt: moment("scheduledAt"),
    startedAt: moment("startedAt"),
    readyAt: moment("readyAt"),
  };
  return { pod, problem: bad.length === 0 ? null : `${file}: ${bad.join(", ")} is no ISO 8601 time; ${collectAgain}` };
}
