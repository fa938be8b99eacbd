import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { ask, type Reply } from "./ask.ts";
import type { PlanTarget } from "./plan.ts";

/** A first request through a router may compile, connect prefill to decode, and wait its turn. */
const LONGEST_TRY_MS = 60_000;
const PAUSE_MS = 1000;

export interface CompletionLimit {
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Called when what stands in the way has changed. */
  readonly onNote: (note: string) => void;
  /** For tests. */
  readonly pauseMs?: number;
}

/**
 * Does a completion of one token come through the whole way: gateway, route, endpoint picker, engine? A router answers
 * GETs and probes before it has a single engine to choose. Asks until it does, at most `seconds`.
 * @returns null when it did; else why not: what was answered and the next step, one line
 */
export async function completes(
  target: PlanTarget,
  apiKey: string | null,
  words: number,
  { seconds, signal, onNote, pauseMs = PAUSE_MS }: CompletionLimit,
): Promise<string | null> {
  const startMs = performance.now();
  const leftMs = (): number => startMs + seconds * 1000 - performance.now();
  let last: Answer | null = null;
  for (;;) {
    const tryMs = Math.max(1, Math.min(LONGEST_TRY_MS, leftMs()));
    const answer = await askOnce(target, apiKey, words, tryMs, signal);
    if (answer === null) return null;
    if (signal.aborted) return "stopped before a completion came";
    // What was answered before tells more than a last try that only our own deadline cut off.
    if (last === null || answer.answered || tryMs === LONGEST_TRY_MS) {
      if (answer.said !== last?.said) onNote(answer.said);
      last = answer;
    }
    if (answer.forGood) return `${answer.said}; ${answer.next}`;
    if (leftMs() <= pauseMs) return `no completion came in ${seconds} s: ${last.said}; ${last.next}`;
    await pause(pauseMs, null, { signal }).catch(() => {});
  }
}

interface Answer {
  readonly said: string;
  readonly next: string;
  readonly answered: boolean;
  /** Asking again would bring the same. */
  readonly forGood: boolean;
}

/** null: a completion came. A model without a chat template is asked to go on with a text. */
async function askOnce(
  target: PlanTarget,
  apiKey: string | null,
  words: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer | null> {
  const text = Array.from({ length: words }, () => randomBytes(3).toString("hex")).join(" ");
  const common = { model: target.model, max_tokens: 1, temperature: 0 };
  const chat = { ...common, messages: [{ role: "user", content: text }] };
  const reply = await ask(target, "/v1/chat/completions", apiKey, timeoutMs, signal, chat);
  if (isCompletion(reply)) return null;
  if (reply.status !== 400 && reply.status !== 404 && reply.status !== 422 && reply.status !== 501) return judge(reply);
  const plain = await ask(target, "/v1/completions", apiKey, timeoutMs, signal, { ...common, prompt: text });
  return isCompletion(plain) ? null : judge(plain);
}

function isCompletion(reply: Reply): boolean {
  if (reply.status !== 200) return false;
  try {
    const { choices } = JSON.parse(reply.body) as { choices?: unknown };
    return Array.isArray(choices) && choices.length > 0;
  } catch {
    return false;
  }
}

function judge(reply: Reply): Answer {
  if (reply.status === null) {
    const next = "is the gateway's Service there, and does a network policy keep the harness from it?";
    return { said: `nothing answered (${reply.cause})`, next, answered: false, forGood: false };
  }
  const words = reply.body.replace(/\s+/g, " ").trim().slice(0, 200);
  const said = `the answer was HTTP ${reply.status}${words === "" ? "" : `: ${words}`}`;
  return { said, answered: true, ...adviceOn(reply.status, reply.body) };
}

/** What such a status means on the way through a gateway and an endpoint picker. */
function adviceOn(status: number, body: string): Pick<Answer, "next" | "forGood"> {
  switch (status) {
    case 200:
      return { next: "something else than an engine answers there: check the route", forGood: false };
    case 401:
    case 403:
      return {
        next: "the engine or the gateway refuses the key: engines of one stack keep theirs, so destroy and up give them new ones",
        forGood: true,
      };
    case 404:
      // An engine says which model it does not know; a gateway without a route says nothing of the kind.
      return /model|"error"/.test(body)
        ? {
            next: "the engine behind the gateway serves another model: another target's route takes its requests",
            forGood: false,
          }
        : {
            next: "the gateway has no route to the model: kubectl get httproute -o yaml tells whether it was accepted",
            forGood: false,
          };
    case 400:
    case 422:
      return { next: "the engine does not take such a request: read its log", forGood: true };
    case 429:
      return { next: "the endpoint picker holds its pods to be saturated, or has no metrics of them", forGood: false };
    case 502:
    case 503:
    case 504:
      return {
        next: "the endpoint picker has no pod to send it to, or the gateway does not reach the picker: read the logs of the router and the gateway",
        forGood: false,
      };
    default:
      return { next: "read the logs of the router, the gateway and the engine", forGood: false };
  }
}
