import type { InFlight } from "./inFlight.ts";
import type { Stage } from "./plan.ts";
import type { Sender, Traffic } from "./sender.ts";
import { after, type StageWindow } from "./stageWindow.ts";

const LONGEST_PAUSE_MS = 1000;

/**
 * `concurrency` clients, each sending its next request when one ends. Resolves when the stage is over and drained, or
 * stopped by `signal`; nothing is in flight then.
 *
 * A client whose requests fail one after the other pauses before the next (10 ms, doubled each time, at most 1 s):
 * a refused connection fails in microseconds, and an unpaced loop would make millions of failures of one.
 */
export function closedLoop(
  traffic: Traffic,
  concurrency: number,
  stop: Stage["stop"],
  sender: Sender,
  inFlight: InFlight,
  signal: AbortSignal,
): Promise<StageWindow> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const limit = "requests" in stop ? stop.requests : Number.POSITIVE_INFINITY;
    const { tally } = traffic;
    const pauses = new Set<NodeJS.Timeout>();
    let lastSentMs = startMs;
    let endMs: number | null = null; // set once nothing more is sent
    let drainTimer: NodeJS.Timeout | null = null;

    const finish = (): void => {
      if (endMs === null || tally.inFlight > 0) return;
      signal.removeEventListener("abort", onAbort);
      if (stopTimer !== null) clearTimeout(stopTimer);
      if (drainTimer !== null) clearTimeout(drainTimer);
      resolve({ startMs, endMs, drainedMs: performance.now() });
    };
    const endSending = (atMs: number): void => {
      if (endMs !== null) return;
      endMs = atMs;
      for (const pause of pauses) clearTimeout(pause);
      pauses.clear();
    };
    const onAbort = (): void => {
      endSending(performance.now());
      inFlight.cancelAll(String(signal.reason));
      finish();
    };
    const client = (failuresBefore: number): void => {
      if (endMs !== null) {
        finish();
        return;
      }
      const index = tally.sent;
      lastSentMs = performance.now();
      if (index + 1 >= limit) endSending(lastSentMs);
      sender.send(traffic, index, null, (ok) => {
        const failures = ok ? 0 : failuresBefore + 1;
        if (failures < 2 || endMs !== null) {
          client(failures);
          return;
        }
        const pause = setTimeout(
          () => {
            pauses.delete(pause);
            client(failures);
          },
          Math.min(LONGEST_PAUSE_MS, 10 * 2 ** (failures - 2)),
        );
        pauses.add(pause);
      });
    };

    const onTimeLimit = (): void => {
      if (!("seconds" in stop)) return;
      endSending(startMs + stop.seconds * 1000);
      const bound = traffic.drainBoundMs;
      drainTimer = after(bound, () => inFlight.cancelAll(`still under way ${bound / 1000} s after the stage's end`));
      finish();
    };
    const stopTimer = "seconds" in stop ? after(stop.seconds * 1000, onTimeLimit) : null;
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    for (let i = 0; i < concurrency && endMs === null; i++) client(0);
  });
}
