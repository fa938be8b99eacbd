import { setTimeout as pause } from "node:timers/promises";
import { ask, type Reply } from "./ask.ts";
import { servedModels, why } from "./engineIdentity.ts";
import type { PlanTarget } from "./plan.ts";
import type { ServedModel } from "./recordFormat.ts";

const LONGEST_TRY_MS = 10_000;
const PAUSE_MS = 1000;
/** An engine may list its models a moment after it answers, but not for ever. */
const ANSWERS_WITHOUT_MODEL = 3;

export interface WaitOptions {
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Called before the first try and after each that found no engine ready. */
  readonly onWait: (elapsedSeconds: number, note: string) => void;
  /** For tests. */
  readonly pauseMs?: number;
}

/**
 * Waits until the endpoint serves the plan's model: asks /v1/models once a second, at most `seconds`.
 * @returns null when it does or `signal` ended the wait; else why the engine is of no use: cause and next step, one line
 */
export async function waitReady(
  target: PlanTarget,
  apiKey: string | null,
  options: WaitOptions,
): Promise<string | null> {
  const { seconds, signal, onWait, pauseMs = PAUSE_MS } = options;
  const startMs = performance.now();
  const leftMs = (): number => startMs + seconds * 1000 - performance.now();
  let note = "not asked yet";
  let answered = false;
  let withoutModel = 0;
  let models: ServedModel[] | null = null;
  for (;;) {
    onWait((performance.now() - startMs) / 1000, note);
    const tryMs = Math.max(1, Math.min(LONGEST_TRY_MS, leftMs()));
    const reply = await ask(target, "/v1/models", apiKey, tryMs, signal);
    if (signal.aborted) return null;
    // What the engine said before tells more than a last try that only our own deadline cut off.
    const cutOff = answered && reply.status === null && tryMs < LONGEST_TRY_MS;
    answered ||= reply.status !== null;
    if (!cutOff) note = why("/v1/models", reply, "without a list of models");
    if (reply.status === 401 || reply.status === 403) return refused(target, apiKey, reply);
    models = servedModels(reply);
    if (models !== null) {
      if (models.some(({ id }) => id === target.model)) return null;
      if (++withoutModel === ANSWERS_WITHOUT_MODEL) return notServed(target, models);
      note = `it does not serve "${target.model}"`;
    }
    if (leftMs() <= pauseMs) break;
    await pause(pauseMs, null, { signal }).catch(() => {});
    if (signal.aborted) return null;
  }
  if (models !== null) return notServed(target, models);
  return answered
    ? `the engine at ${target.baseUrl} is not ready after ${seconds} s: ${note}; see the engine's log, and give it longer if it is still loading`
    : `the engine at ${target.baseUrl} never answered in ${seconds} s: ${note}; check that it runs, and that its address and port are right`;
}

function refused({ baseUrl, apiKeyEnv }: PlanTarget, apiKey: string | null, reply: Reply): string {
  const said = why("/v1/models", reply, "");
  return apiKey === null
    ? `the engine at ${baseUrl} wants an API key, and the plan names none: ${said}; set target.apiKeyEnv`
    : `the engine at ${baseUrl} refuses the API key: ${said}; give ${apiKeyEnv} the key that the engine was started with`;
}

function notServed({ baseUrl, model }: PlanTarget, models: readonly ServedModel[]): string {
  const served = models.slice(0, 10).map(({ id }) => `"${id}"`);
  const others = served.length === 0 ? "no model at all" : served.join(", ");
  return `the engine at ${baseUrl} does not serve "${model}", but ${others}; give a model that it serves, or have it serve this one`;
}
