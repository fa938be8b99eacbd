import type { Analysis, SystemAnalysis } from "../analysis.ts";
import type { LegendEntry } from "./page.ts";
import { seriesStyle } from "./palette.ts";

/** Whose figures they are: what every heading says besides its topic. */
export interface Identity {
  readonly title: string;
  readonly subtitle: string;
  readonly stamp: string | null;
  readonly legend: readonly LegendEntry[];
}

export function stampOf(analysis: Analysis): string | null {
  if (!analysis.simulated) return null;
  return analysis.systems.every((system) => system.simulated) ? "SIMULATED" : "PARTLY SIMULATED";
}

/** One system is named in the subtitle; several have a legend, and the subtitle says what they have in common. */
export function identity(analysis: Analysis, topic: string): Identity {
  const { systems } = analysis;
  const single = systems.length === 1 ? systems[0] : undefined;
  const facts = single === undefined ? sharedFacts(systems) : [single.name, single.model, single.hardware];
  const parts = [...facts, repetitionText(systems), analysis.createdAt.slice(0, 10)];
  return {
    title: `${analysis.title} — ${topic}`,
    subtitle: parts.filter((part) => part !== "").join(" · "),
    stamp: stampOf(analysis),
    legend:
      systems.length < 2
        ? []
        : systems.map((system, i) => ({ text: legendText(system, systems), style: seriesStyle(i) })),
  };
}

export const figureTitle = ({ stamp, title }: Identity): string => (stamp === null ? title : `${stamp}: ${title}`);

const same = (systems: readonly SystemAnalysis[], key: "model" | "hardware"): boolean =>
  systems.every((system) => system[key] === systems[0]?.[key]);

const sharedFacts = (systems: readonly SystemAnalysis[]): string[] =>
  (["model", "hardware"] as const).flatMap((key) =>
    systems[0] !== undefined && same(systems, key) ? [systems[0][key]] : [],
  );

function legendText(system: SystemAnalysis, systems: readonly SystemAnalysis[]): string {
  const facts = (["model", "hardware"] as const).filter((key) => !same(systems, key)).map((key) => system[key]);
  const mixed = system.simulated && systems.some((other) => !other.simulated);
  return `${system.name}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}${mixed ? " — simulated" : ""}`;
}

function repetitionText(systems: readonly SystemAnalysis[]): string {
  const counts = systems.map((system) => system.runs.length);
  const low = Math.min(...counts);
  const high = Math.max(...counts);
  if (counts.length === 0 || high === 0) return "";
  return `${low === high ? high : `${low}–${high}`} ${high === 1 ? "run" : "runs"}${systems.length > 1 ? " each" : ""}`;
}
