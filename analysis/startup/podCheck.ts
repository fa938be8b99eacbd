import type { Measured } from "../analysis.ts";
import type { PodCheck, PodTimes, StartupPhase } from "./startup.ts";

/** What the phases explain of the time that the pod's own conditions tell: a log that lost a phase shows here. */
export function podCheck(phases: readonly StartupPhase[], { startedAt, readyAt }: PodTimes): PodCheck {
  const podSeconds = between(startedAt, readyAt);
  const phaseSeconds = covered(phases);
  const unexplainedSeconds: Measured =
    podSeconds.value === null
      ? podSeconds
      : phaseSeconds.value === null
        ? phaseSeconds
        : rest(podSeconds.value - phaseSeconds.value);
  return { podSeconds, phaseSeconds, unexplainedSeconds };
}

/** The pod's times are whole seconds, so that phases may come out longer than all of it. */
function rest(seconds: number): Measured {
  if (seconds >= 0) return { value: seconds };
  const more = (-seconds).toFixed(1);
  return { value: null, reason: `the phases take ${more} s more than the pod's own times, which are whole seconds` };
}

function between(from: string | null, to: string | null): Measured {
  if (from === null) return { value: null, reason: "when the container started is not known" };
  if (to === null) return { value: null, reason: "when the pod became ready is not known" };
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
  return seconds >= 0 ? { value: seconds } : { value: null, reason: "the pod was ready before its container started" };
}

/** Length of the union: phases of several processes overlap. */
function covered(phases: readonly StartupPhase[]): Measured {
  const known = phases
    .flatMap(({ startSeconds, seconds }) =>
      startSeconds === null || seconds.value === null ? [] : [{ from: startSeconds, to: startSeconds + seconds.value }],
    )
    .sort((a, b) => a.from - b.from);
  if (known.length === 0) return { value: null, reason: "no phase was found" };
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of known) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return { value: total };
}
