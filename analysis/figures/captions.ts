import type { Analysis, SystemAnalysis } from "../analysis.ts";
import { takenText } from "../write/takenText.ts";
import { absences, loadList, type Wanted } from "./absences.ts";
import { HOLLOW_ABOVE, isFailing, missesObjectives, stagesOnAxis } from "./curve.ts";
import { type LoadAxis, onAxis } from "./loadAxis.ts";
import { countText as grouped, loadText, percentText } from "./numberText.ts";
import type { Counts } from "./panel.ts";

/** What a reader must know before believing a figure, worst first. */
export function captions(
  analysis: Analysis,
  axis: LoadAxis,
  wanted: readonly Wanted[],
  counts: Counts,
  reading: string,
): string[] {
  const missing = absences(analysis, axis, wanted);
  return [
    ...runCaptions(analysis),
    ...analysis.systems.flatMap((system) => failureText(axis, system, analysis.systems.length > 1)),
    ...objectiveTexts(axis, analysis),
    ...analysis.systems.flatMap((system) => otherLoadText(axis, system)),
    ...(missing.length === 0 ? [] : [`${missing.join("; ")}.`]),
    ...(counts === null ? countText(analysis, axis) : []),
    ...(reading === "" ? [] : [reading]),
  ];
}

/** Of a figure without loads on its axis. */
export const runCaptions = (analysis: Analysis): string[] => [
  ...(analysis.simulated ? [simulationText(analysis)] : []),
  ...analysis.systems.flatMap((system) => runText(system, analysis.systems.length > 1)),
  ...analysis.systems.flatMap((system) => takenCaption(system, analysis.systems.length > 1)),
];

/** Where no row under the ticks tells how many requests stand behind the points. */
function countText(analysis: Analysis, axis: LoadAxis): string[] {
  const counts = analysis.systems.flatMap((system) =>
    stagesOnAxis(axis, system).flatMap((stage) => stage.pooled.e2eMs.n ?? []),
  );
  if (counts.length === 0) return [];
  const low = grouped(Math.min(...counts));
  const high = grouped(Math.max(...counts));
  return [`Successful requests per point: n = ${low === high ? low : `${low} to ${high}`}.`];
}

function simulationText(analysis: Analysis): string {
  const names = analysis.systems.filter((system) => system.simulated).map((system) => system.name);
  const all = names.length === analysis.systems.length;
  const subject = all ? (names.length === 1 ? "the engine" : "the engines") : names.join(", ");
  const is = names.length === 1 ? "is a model" : "are models";
  return `SIMULATED: ${subject} ${is} of timing, not a GPU; only the load generator's measurement is real.`;
}

function runText(system: SystemAnalysis, named: boolean): string[] {
  const prefix = named ? `${system.name}: ` : "";
  const broken = system.runs.filter((run) => run.status !== "complete");
  const lines = broken.map((run) => {
    const status = run.status === "partial" ? "PARTIAL" : "FAILED";
    return `${prefix}${status} repetition ${run.repetition}: ${run.reason ?? "no reason recorded"}.`;
  });
  if (lines.length <= 3) return lines;
  return [...lines.slice(0, 3), `${prefix}${lines.length - 3} more partial or failed repetitions: see the report.`];
}

function takenCaption(system: SystemAnalysis, named: boolean): string[] {
  return takenText(system).map((text) => `${named ? `${system.name}: ` : ""}${text}.`);
}

function failureText(axis: LoadAxis, system: SystemAnalysis, named: boolean): string[] {
  const failing = stagesOnAxis(axis, system).filter((stage) => isFailing(stage.pooled));
  if (failing.length === 0) return [];
  const shares = failing.map((stage) => ({ load: stage.load, share: stage.pooled.failureRate.value! }));
  const worst = shares.reduce((a, b) => (b.share > a.share ? b : a));
  const list =
    shares.length <= 4
      ? shares.map(({ load, share }) => `${percentText(share)} at ${loadText(load)}`).join(", ")
      : `at ${axis.name(loadList(shares.map((each) => each.load)))}, at most ${percentText(worst.share)} at ${loadText(worst.load)}`;
  return [
    `Hollow markers${named ? ` of ${system.name}` : ""}: more than ${HOLLOW_ABOVE * 100} % of the requests failed (${list}); latencies are of successful requests.`,
  ];
}

/** Systems that miss the objectives at the same loads are told once. */
function objectiveTexts(axis: LoadAxis, { systems }: Analysis): string[] {
  const byLoads = new Map<string, string[]>();
  for (const system of systems) {
    const missed = stagesOnAxis(axis, system).filter((stage) => missesObjectives(system, stage));
    if (missed.length === 0) continue;
    const loads = axis.name(loadList(missed.map(({ load }) => load)));
    byLoads.set(loads, [...(byLoads.get(loads) ?? []), system.name]);
  }
  return [...byLoads].map(([loads, names]) => {
    const whose = names.length === systems.length ? "" : ` of ${names.join(", ")}`;
    return `Hollow markers${whose}: objectives not met at ${loads}.`;
  });
}

function otherLoadText(axis: LoadAxis, system: SystemAnalysis): string[] {
  const others = system.stages.filter((stage) => !onAxis(axis, stage)).length;
  if (others === 0) return [];
  return [
    `${others} ${others === 1 ? "stage" : "stages"} of ${system.name} with another kind of load: see the table, not drawn here.`,
  ];
}
