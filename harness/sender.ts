import type { Dispatcher } from "undici";
import type { HealthWatch } from "./clientHealth.ts";
import { Connection } from "./connection.ts";
import { Exchange } from "./exchange.ts";
import type { InFlight } from "./inFlight.ts";
import type { HarnessPlan } from "./plan.ts";
import type { Prompt, StagePrompts } from "./prompts/promptSource.ts";
import type { Recorder } from "./recorder.ts";
import { bodyComposer, requestPath } from "./requestBody.ts";
import { ShapeBook } from "./stream/shapeBook.ts";
import type { Tally } from "./tally.ts";
import { HARNESS_VERSION } from "./version.ts";

/** The requests of one stage. */
export interface Traffic {
  /** From 0; WARMUP_STAGE for warm-up. */
  readonly stage: number;
  readonly prompts: StagePrompts;
  readonly tally: Tally;
  readonly health: HealthWatch;
  /** How long after the stage's end its requests may go on. */
  readonly drainBoundMs: number;
}

/** Sends requests, each on a connection of its own, and books their ends: one record and one outcome for each. */
export class Sender {
  readonly #origin: string;
  readonly #path: string;
  readonly #headers: string[];
  readonly #streamed: boolean;
  readonly #compose: (prompt: Prompt) => string;
  readonly #recorder: Recorder;
  readonly #inFlight: InFlight;
  readonly #shapes = new ShapeBook();
  /** Idle connections, the last used on top: the others may age and close. */
  readonly #idle: Exchange[] = [];
  readonly #ends = new Map<Exchange, { traffic: Traffic; onEnd: (ok: boolean) => void }>();
  #requests = 0;
  #onSimulated: ((version: string) => void) | null;

  /** @param onSimulated called once, at the first answer that says it comes from our simulated engine */
  constructor(
    plan: HarnessPlan,
    apiKey: string | null,
    recorder: Recorder,
    inFlight: InFlight,
    onSimulated: (version: string) => void,
  ) {
    this.#onSimulated = onSimulated;
    this.#origin = new URL(plan.target.baseUrl).origin;
    this.#path = requestPath(plan);
    this.#headers = [
      "content-type",
      "application/json",
      "accept",
      plan.stream ? "text/event-stream" : "application/json",
      "accept-encoding",
      "identity",
      "user-agent",
      `llm-bench/${HARNESS_VERSION}`,
      ...(apiKey === null ? [] : ["authorization", `Bearer ${apiKey}`]),
    ];
    this.#streamed = plan.stream;
    this.#compose = bodyComposer(plan);
    this.#recorder = recorder;
    this.#inFlight = inFlight;
  }

  /** Sends request `i` of the stage; `onEnd` is called exactly once. @param scheduledMs null: now */
  send(traffic: Traffic, i: number, scheduledMs: number | null, onEnd: (ok: boolean) => void): void {
    const prompt = traffic.prompts(i);
    const body = this.#compose(prompt);
    const exchange =
      this.#idle.pop() ?? new Exchange(new Connection(this.#origin), this.#shapes, (ended) => this.#end(ended));
    this.#ends.set(exchange, { traffic, onEnd });
    traffic.tally.sent++;
    this.#inFlight.add(exchange);
    const options: Dispatcher.DispatchOptions = {
      method: "POST",
      path: this.#path,
      headers: this.#headers,
      body,
    };
    const request = this.#requests++;
    const { inputTokens, outputTokens } = prompt;
    exchange.send({ request, stage: traffic.stage, scheduledMs, inputTokens, outputTokens }, options, this.#streamed);
  }

  /** Ends all connections; to be called when nothing is under way. */
  close(): void {
    for (const exchange of this.#idle) exchange.connection.destroy();
    this.#idle.length = 0;
  }

  #end(exchange: Exchange): void {
    const { traffic, onEnd } = this.#ends.get(exchange)!;
    this.#inFlight.remove(exchange);
    this.#recorder.add(exchange);
    const message = exchange.message === null ? null : this.#recorder.cleanMessage(exchange.message);
    traffic.tally.end(exchange.outcome, message, exchange.endMs - exchange.sentMs);
    if (exchange.simulator !== null && this.#onSimulated !== null) {
      this.#onSimulated(exchange.simulator);
      this.#onSimulated = null;
    }
    traffic.health.dispatched(exchange.sentMs - exchange.scheduledMs);
    // First idle, then told: a closed loop sends its next request on the connection that just became free.
    if (exchange.reusable) this.#idle.push(exchange);
    else this.#ends.delete(exchange);
    onEnd(exchange.outcome === "ok");
  }
}
