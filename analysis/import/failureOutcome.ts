import type { Outcome } from "../../harness/recordFormat.ts";

/**
 * What Python's HTTP clients say of a failure (httpx of guidellm, aiohttp of aiperf), in the order in which it is looked
 * for: a timeout of connecting is a timeout.
 */
const texts: readonly (readonly [RegExp, Outcome])[] = [
  [/time?d? ?out/i, "timeout"],
  [/cancell?ed/i, "cancelled"],
  [
    /connection attempts failed|connect(or|ion)? ?(call|error|refused|failed)|cannot connect|name or service/i,
    "connect",
  ],
  [/UNUSABLE|empty response|no (valid |content |output |usable )?(response|token|content|output|choice)/i, "empty"],
  [
    /peer closed|incomplete|disconnected|reset by peer|payload|broken pipe|connection lost|readerror|RemoteProtocol/i,
    "cut",
  ],
  [/EngineCore|InternalServerError|error event|SSE error|SSEResponseError/i, "streamError"],
  [/json|decode|parse|expecting|unterminated|invalid/i, "malformed"],
];

/** @param status HTTP status where the harness kept it; else it is looked for in the text; 0: none */
export function failureOutcome(text: string, status = 0): { outcome: Outcome; status: number } {
  const said =
    status >= 400 && status < 600 ? status : Number(/(?:error '|HTTP[ /]?)([45]\d\d)\b/i.exec(text)?.[1] ?? 0);
  if (said === 429) return { outcome: "http429", status: said };
  if (said >= 500) return { outcome: "http5xx", status: said };
  if (said >= 400) return { outcome: "http4xx", status: said };
  // Neither of our classes fits what is not said; a stream that ended in an error of the client's comes nearest.
  return { outcome: texts.find(([pattern]) => pattern.test(text))?.[1] ?? "streamError", status: 0 };
}
