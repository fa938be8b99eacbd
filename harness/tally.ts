import { type Outcome, outcomes } from "./recordFormat.ts";

/** What became of the requests of one stage. */
export class Tally {
  sent = 0;
  ended = 0;
  readonly outcomes: Record<Outcome, number>;
  readonly firstMessages: Partial<Record<Outcome, string>> = {};
  /** Sum of the times from sending to the end, for estimates of what remains. */
  busyMs = 0;

  constructor() {
    this.outcomes = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  }

  get inFlight(): number {
    return this.sent - this.ended;
  }

  get ok(): number {
    return this.outcomes.ok;
  }

  get failed(): number {
    return this.ended - this.outcomes.ok;
  }

  end(outcome: Outcome, message: string | null, busyMs: number): void {
    this.ended++;
    this.busyMs += busyMs;
    this.outcomes[outcome]++;
    if (message !== null) this.firstMessages[outcome] ??= message;
  }
}

/** The outcome that most failures share, as one sentence; null when nothing failed. */
export function mainFailure(tallies: readonly Tally[]): string | null {
  let main: { outcome: Outcome; count: number } | null = null;
  for (const outcome of outcomes) {
    if (outcome === "ok") continue;
    const count = tallies.reduce((sum, tally) => sum + tally.outcomes[outcome], 0);
    if (count > (main?.count ?? 0)) main = { outcome, count };
  }
  if (main === null) return null;
  const { outcome, count } = main;
  const first = tallies.find((tally) => tally.firstMessages[outcome] !== undefined)?.firstMessages[outcome];
  return `${count} x ${outcome}, the first: ${first ?? "no message"}`;
}
