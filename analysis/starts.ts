import type { Analysis, EngineStart, Measured, SystemAnalysis } from "./analysis.ts";
import type { Run } from "./run.ts";
import type { Startup } from "./startup/startup.ts";

/** Starts that these runs read; empty where requests were sent. */
export function startsOf(runs: readonly Run[]): EngineStart[] {
  return runs.flatMap(({ runId, repetition, startup }) => (startup ? [{ runId, repetition, startup }] : []));
}

/** Nothing was sent, and nothing was to be: no load, no latency, no figure of them. */
export function onlyStarts({ systems }: Pick<Analysis, "systems">): boolean {
  return systems.length > 0 && systems.every(startsOnly);
}

export function startsOnly({ stages, starts = [] }: Pick<SystemAnalysis, "stages" | "starts">): boolean {
  return stages.length === 0 && starts.length > 0;
}

export interface NamedStart {
  readonly name: string;
  readonly simulated: boolean;
  readonly startup: Startup;
}

/** All starts, by system, with the repetition in the name where there are several of one. */
export function namedStarts({ systems }: Pick<Analysis, "systems">): NamedStart[] {
  return systems.flatMap(({ name, simulated, starts = [] }) =>
    starts.map(({ repetition, startup }) => ({
      name: starts.length === 1 ? name : `${name} r${repetition}`,
      simulated,
      startup,
    })),
  );
}

/** Time to ready: by the pod's own clock where it is known, else by the log, which begins later. */
export function timeToReady(startup: Startup): { readonly measured: Measured; readonly by: "pod" | "log" } {
  const { podSeconds } = startup.check;
  return podSeconds.value === null
    ? { measured: startup.startupSeconds, by: "log" }
    : { measured: podSeconds, by: "pod" };
}

/** Seconds as exact as they were stamped: below a resolution of 1 s nothing is 0. */
export function secondsText(value: number, resolutionSeconds: number | null): string {
  if (resolutionSeconds !== 1) return String(Number(value.toFixed(value < 10 ? 2 : 1)));
  return value === 0 ? "<1" : value.toFixed(0);
}

/** What was measured of one start, in a sentence. */
export function startSentence({ name, simulated, startup }: NamedStart): string {
  const { vllmVersion, loadFormat, phases, resolutionSeconds } = startup;
  const { measured, by } = timeToReady(startup);
  const how = [
    vllmVersion === null ? "vLLM" : `vLLM ${vllmVersion}`,
    ...(loadFormat ? [`load format ${loadFormat}`] : []),
  ];
  const who = `${simulated ? "SIMULATED: " : ""}${name} (${how.join(", ")})`;
  if (measured.value === null) return `${who}: the time to ready is not known: ${measured.reason}.`;
  const from =
    by === "pod"
      ? "after its container started"
      : "after the first line of its log, which is later than its container's start";
  const longest = phases
    .flatMap(({ name: phase, seconds }) => (seconds.value ? [{ phase, seconds: seconds.value }] : []))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 3)
    .map(({ phase, seconds }) => `${phase} ${secondsText(seconds, resolutionSeconds)} s`);
  const where = longest.length === 0 ? "" : `; longest phases: ${longest.join(", ")}`;
  const ready = secondsText(measured.value, by === "pod" ? 1 : resolutionSeconds);
  return `${who} was ready ${ready} s ${from}${where}.`;
}
