import type { Exchange } from "./exchange.ts";
import { seconds } from "./failure.ts";
import type { Deadlines } from "./plan.ts";

/** All requests under way. One sweep over them watches every deadline: no timer per token, nothing waits for ever. */
export class InFlight {
  readonly #deadlines: Deadlines;
  readonly #exchanges: Exchange[] = [];

  constructor(deadlines: Deadlines) {
    this.#deadlines = deadlines;
  }

  get size(): number {
    return this.#exchanges.length;
  }

  add(exchange: Exchange): void {
    exchange.place = this.#exchanges.push(exchange) - 1;
  }

  remove(exchange: Exchange): void {
    const last = this.#exchanges.pop();
    if (last === undefined || last === exchange) return;
    this.#exchanges[exchange.place] = last;
    last.place = exchange.place;
  }

  /** Ends every request past a deadline. Backwards: ending one moves the last into its place. */
  sweep(nowMs: number): void {
    for (let i = this.#exchanges.length - 1; i >= 0; i--) {
      const exchange = this.#exchanges[i];
      if (exchange === undefined) continue;
      const message = expired(exchange, nowMs, this.#deadlines);
      if (message !== null) exchange.fail("timeout", message);
    }
  }

  cancelAll(message: string): void {
    // A copy: ending a request may start the next, which is not to be cancelled here.
    for (const exchange of this.#exchanges.slice()) exchange.fail("cancelled", message);
  }
}

function expired(exchange: Exchange, nowMs: number, deadlines: Deadlines): string | null {
  const elapsed = nowMs - exchange.sentMs;
  if (!exchange.started && elapsed > deadlines.connectMs) {
    return `no connection for ${seconds(elapsed)} (connectMs)`;
  }
  if (elapsed > deadlines.totalMs) {
    return `not finished after ${seconds(elapsed)}, ${exchange.events} tokens received (totalMs)`;
  }
  if (!exchange.streamed || !exchange.started) return null;
  if (exchange.events === 0) {
    if (elapsed <= deadlines.firstTokenMs) return null;
    const state = exchange.status === 0 ? "no answer and " : `status ${exchange.status}, but `;
    return `${state}no token for ${seconds(elapsed)} (firstTokenMs)`;
  }
  const silent = nowMs - exchange.lastTokenMs;
  if (silent <= deadlines.betweenTokensMs) return null;
  return `no token for ${seconds(silent)} after token ${exchange.events} (betweenTokensMs)`;
}
