import type { ProcessIdentity } from "./startup.ts";

export interface LogLine {
  readonly process: ProcessIdentity | null;
  /** ms on a clock without a known year or zone where vLLM stamped it; null: no stamp. */
  readonly atMs: number | null;
  /** As it stands in the log. */
  readonly stamp: string | null;
  readonly stampedBy: "runtime" | "vllm" | null;
  /** Of the stamp, in seconds. */
  readonly resolution: number | null;
  readonly message: string;
}

const ESC = String.fromCharCode(27);
const colours = new RegExp(`${ESC}\\[[0-9;]*m`, "g");
/** Kubernetes puts it before every line on request (logs with timestamps): also before lines that vLLM does not stamp. */
const runtimeStamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /;
/** vllm/utils/system_utils.py (decorate_logs): "(EngineCore pid=7) "; before v0.10.2 "(VllmWorker rank=0 pid=7) ". */
const processPrefix = /^\(([^()]{1,60}?) pid=(\d+)\)\s/;
/** vllm/logger.py (_FORMAT); the year and a fraction come with logging configurations of others. */
const vllmStamp =
  /^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\s+((?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d{1,6})?)\s+(?:\[[^\]]*\] ?)?/;

/** Takes a line of vLLM's log apart; any text will do. */
export function readLogLine(text: string): LogLine {
  let rest = text.replace(colours, "").trimEnd();
  const stamped = runtimeStamp.exec(rest);
  if (stamped !== null) rest = rest.slice(stamped[0].length);
  const prefix = processPrefix.exec(rest);
  const process = prefix === null ? null : { name: prefix[1] as string, pid: Number(prefix[2]) };
  if (prefix !== null) rest = rest.slice(prefix[0].length);
  const own = vllmStamp.exec(rest);
  if (own !== null) rest = rest.slice(own[0].length);
  const runtime = stamped === null ? Number.NaN : Date.parse(stamped[1] as string);
  if (!Number.isNaN(runtime)) {
    const stamp = stamped?.[1] as string;
    const resolution = stamp.includes(".") ? 0.001 : 1;
    return { process, atMs: runtime, stamp, stampedBy: "runtime", resolution, message: rest };
  }
  const vllm = own === null ? null : vllmTime(own[1] as string);
  if (vllm === null) return { process, atMs: null, stamp: null, stampedBy: null, resolution: null, message: rest };
  return { process, ...vllm, stamp: own?.[1] as string, stampedBy: "vllm", message: rest };
}

function vllmTime(stamp: string): { atMs: number; resolution: number } | null {
  const match = /^(?:(\d{4})-)?(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?$/.exec(stamp);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 2000)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7]}`);
  const resolution = match[7] === undefined ? 1 : 10 ** -Math.min(3, match[7].length);
  return { atMs: Date.UTC(year, month - 1, day, hour, minute, second) + Math.round(fraction * 1000), resolution };
}
