import type { InFlight } from "./inFlight.ts";
import type { Stage } from "./plan.ts";
import type { Schedule } from "./schedule.ts";
import type { Sender, Traffic } from "./sender.ts";
import { after, type StageWindow } from "./stageWindow.ts";

/** Mean gap from which the last part of a wait is spun: at higher rates that would take a core from the server. */
const SPIN_FROM_GAP_MS = 10;
/** Timers fire on whole ms and up to one late. */
const TIMER_SLACK_MS = 1.5;

/**
 * Sends each request at its intended time, whatever the server does; never early. Resolves when all have ended, or the
 * drain bound has passed, or `signal` stops it; nothing is in flight then.
 */
export function openLoop(
  traffic: Traffic,
  schedule: Schedule,
  stop: Stage["stop"],
  sender: Sender,
  inFlight: InFlight,
  signal: AbortSignal,
): Promise<StageWindow> {
  return new Promise((resolve) => {
    const { timesMs } = schedule;
    const { tally } = traffic;
    const startMs = performance.now();
    const last = timesMs[timesMs.length - 1]!;
    const spins = last / timesMs.length >= SPIN_FROM_GAP_MS || timesMs.length === 1;
    let windowEndMs = startMs + ("seconds" in stop ? stop.seconds * 1000 : last);
    let next = 0;
    let sending = true;
    let windowOver = !("seconds" in stop);
    let timer: NodeJS.Timeout | null = null;
    let spin: NodeJS.Immediate | null = null;
    let drainTimer: NodeJS.Timeout | null = null;

    const finish = (): void => {
      // A fixed-time stage lasts its time even if all answers came early: windows of stages must not overlap.
      if (sending || !windowOver || tally.inFlight > 0) return;
      signal.removeEventListener("abort", onAbort);
      if (windowTimer !== null) clearTimeout(windowTimer);
      if (drainTimer !== null) clearTimeout(drainTimer);
      resolve({ startMs, endMs: windowEndMs, drainedMs: performance.now() });
    };
    const onAbort = (): void => {
      if (sending) windowEndMs = Math.min(windowEndMs, performance.now());
      sending = false;
      windowOver = true;
      if (timer !== null) clearTimeout(timer);
      if (spin !== null) clearImmediate(spin);
      inFlight.cancelAll(String(signal.reason));
      finish();
    };
    const step = (): void => {
      if (!sending) return;
      while (next < timesMs.length && performance.now() - startMs >= timesMs[next]!) {
        const index = next++;
        if (next === timesMs.length) sending = false;
        sender.send(traffic, index, startMs + timesMs[index]!, finish);
      }
      if (!sending) {
        finish();
        return;
      }
      const wait = startMs + timesMs[next]! - performance.now();
      if (wait <= 0 || (spins && wait <= TIMER_SLACK_MS)) spin = setImmediate(step);
      else timer = setTimeout(step, Math.min(spins ? wait - TIMER_SLACK_MS : wait, 2 ** 31 - 1));
    };
    const onWindowEnd = (): void => {
      windowOver = true;
      const bound = traffic.drainBoundMs;
      drainTimer = after(bound, () => inFlight.cancelAll(`still under way ${bound / 1000} s after the stage's end`));
      finish();
    };
    const windowTimer = windowOver ? null : after(windowEndMs - startMs, onWindowEnd);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    step();
  });
}
