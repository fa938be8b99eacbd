import { STATUS_CODES } from "node:http";
import type { Outcome } from "../../../harness/recordFormat.ts";

const statusOf = new Map(
  Object.entries(STATUS_CODES).map(([status, phrase]) => [phrase?.toLowerCase(), Number(status)]),
);

/** Last line of a Python traceback -> outcome; the exceptions of aiohttp and of vllm/benchmarks/lib/endpoint_request_func.py. */
const exceptions: readonly (readonly [RegExp, Outcome])[] = [
  [/Timeout/, "timeout"],
  [/Connector|Cannot connect|ConnectionRefused|gaierror|SSL/i, "connect"],
  [/Disconnected|Payload|ConnectionReset|ClientOSError|BrokenPipe|IncompleteRead/, "cut"],
  [/Never received a valid chunk/, "empty"],
  [/JSONDecode|Unicode|KeyError|TypeError|IndexError|AttributeError/, "malformed"],
];

/**
 * What a failure was, from its text: the reason phrase of the HTTP answer, or a traceback. "streamError" where it tells
 * neither: an answer began with 200 and ended in an error of the client's.
 */
export function outcomeOf(text: string): { outcome: Outcome; status: number; message: string } {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const message = (lines.at(-1) ?? text).trim().slice(0, 300);
  const status = statusOf.get(message.toLowerCase()) ?? Number(/^(?:HTTP )?([45]\d\d)\b/.exec(message)?.[1] ?? 0);
  if (status === 429) return { outcome: "http429", status, message };
  if (status >= 500) return { outcome: "http5xx", status, message };
  if (status >= 400) return { outcome: "http4xx", status, message };
  const outcome = exceptions.find(([pattern]) => pattern.test(message))?.[1] ?? "streamError";
  return { outcome, status: 0, message };
}
