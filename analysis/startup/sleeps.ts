import type { LogLine } from "./logLine.ts";
import type { SleepWake } from "./startup.ts";

/** v1/worker/gpu_worker.py and v1/executor/abstract.py, alike in v0.8.5 to v0.32.0; v0.12.0 put both amounts into one line. */
const freed = /Sleep mode freed ([\d.]+) GiB memory/;
const inUse = /([\d.]+) GiB memory is still in use/;
const asleep = /It took ([\d.]+) seconds to fall asleep/;
const awake = /It took ([\d.]+) seconds to wake up/;

/** One entry per time that the engine fell asleep; amounts of several workers are added. */
export function readSleeps(lines: readonly LogLine[]): SleepWake[] {
  const sleeps: { -readonly [K in keyof SleepWake]: SleepWake[K] }[] = [];
  const none = { freedGiB: null, inUseGiB: null, sleepSeconds: null, wakeSeconds: null };
  // Workers tell what they freed before the executor tells how long it took.
  let open: (typeof sleeps)[number] | null = null;
  for (const { message } of lines) {
    const number = (pattern: RegExp) => {
      const match = pattern.exec(message);
      return match === null ? null : Number(match[1]);
    };
    const [freedGiB, inUseGiB, sleepSeconds, wakeSeconds] = [freed, inUse, asleep, awake].map(number);
    if (freedGiB != null || inUseGiB != null) {
      open ??= { ...none };
      if (freedGiB != null) open.freedGiB = (open.freedGiB ?? 0) + freedGiB;
      if (inUseGiB != null) open.inUseGiB = (open.inUseGiB ?? 0) + inUseGiB;
    } else if (sleepSeconds != null) {
      sleeps.push({ ...(open ?? none), sleepSeconds });
      open = null;
    } else if (wakeSeconds != null) {
      const last = sleeps.at(-1);
      // Weights and KV cache may wake up apart.
      if (last !== undefined) last.wakeSeconds = (last.wakeSeconds ?? 0) + wakeSeconds;
    }
  }
  return sleeps;
}
