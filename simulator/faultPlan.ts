import type { FaultKind, FaultRule } from "./config.ts";

export interface Fault {
  readonly kind: FaultKind;
  /** Tokens sent before it strikes, where it strikes inside a stream. */
  readonly afterTokens: number;
  readonly retryAfterSeconds: number;
}

/** Numbers the requests as they arrive and says which one fails, and how; the first rule that fits wins. */
export class FaultPlan {
  readonly #rules: readonly FaultRule[];
  #next = 0;

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules;
  }

  /** For the request that has just arrived; null: it is served. */
  next(): Fault | null {
    const number = this.#next++;
    const rule = this.#rules.find(
      ({ every, requests }) =>
        (every !== undefined && (number + 1) % every === 0) || (requests?.includes(number) ?? false),
    );
    if (!rule) return null;
    return { kind: rule.kind, afterTokens: rule.afterTokens ?? 3, retryAfterSeconds: rule.retryAfterSeconds ?? 1 };
  }
}
