import type { Measured } from "../analysis.ts";
import { type NamedStart, secondsText } from "../starts.ts";
import type { Startup } from "../startup/startup.ts";
import { startupValues } from "../startup/startup.ts";
import { footnotes } from "../write/cellText.ts";
import { Html, html } from "./html.ts";
import { type Cell, measuredCell, table, text } from "./table.ts";

/**
 * Startups side by side, one column each: phases, vLLM's own numbers, the pod's clock. Empty where
 * nothing was started under nop.
 * @param timeline the phases as a picture
 */
export function startupSection(
  startups: readonly Pick<NamedStart, "name" | "startup">[],
  timeline: Html | null = null,
): Html {
  const first = startups[0];
  if (first === undefined) return new Html("");
  const heads = startups.map(({ name }) => ({ head: name, align: "right" as const }));
  const phases = first.startup.phases.map(({ name }, i) => [
    text(name),
    ...startups.map(({ startup }) =>
      secondsCell(startup.phases[i]?.seconds ?? { value: null, reason: "not read" }, startup),
    ),
  ]);
  const checks = [
    ["First line to last route", (startup: Startup) => startup.startupSeconds],
    ["Pod ready minus container started", (startup: Startup) => startup.check.podSeconds],
    ["All phases together", (startup: Startup) => startup.check.phaseSeconds],
    ["Not explained by a phase", (startup: Startup) => startup.check.unexplainedSeconds],
  ] as const;
  const values = Object.entries(startupValues).map(([key, meaning]) => [
    text(withUnit(meaning)),
    ...startups.map(({ startup }) => measuredCell(startup.values[key as keyof Startup["values"]])),
  ]);
  const said = startups.map(({ name, startup }) => {
    const missing = startup.notFound.length === 0 ? "nothing" : startup.notFound.join(", ");
    const version = startup.vllmVersion ?? "of unknown version";
    return html`<li>${name}: vLLM ${version}, load format ${startup.loadFormat ?? "not told"}. Not found in its log: ${missing}.</li>`;
  });
  const cells = [
    ...startups.flatMap(({ startup }) =>
      startup.phases.map(({ name, seconds }) => ({ label: name, measured: seconds })),
    ),
    ...startups.flatMap(({ startup }) => checks.map(([label, of]) => ({ label, measured: of(startup) }))),
    ...startups.flatMap(({ startup }) =>
      Object.entries(startupValues).map(([key, meaning]) => ({
        label: meaning.replace(/^\S+, |,.*$/g, ""),
        measured: startup.values[key as keyof Startup["values"]],
      })),
    ),
  ];
  return html`<h2 id="startup">Start of the engine</h2>
${timeline}<h3>Phases, by the log (seconds)</h3>
${table("Phases of the start, seconds", [{ head: "Phase", align: "left" }, ...heads], phases)}
<h3>Beside the pod's own clock (seconds)</h3>
${table(
  "Beside the pod's own clock, seconds",
  [{ head: "Time", align: "left" }, ...heads],
  checks.map(([name, of]) => [text(name), ...startups.map(({ startup }) => secondsCell(of(startup), startup))]),
)}
<h3>What vLLM measured itself</h3>
${table("What vLLM measured itself", [{ head: "Value", align: "left" }, ...heads], values)}
<ul class="notes">${footnotes(cells).map((note) => html`<li>${note}</li>`)}</ul>
<ul>${said}</ul>
`;
}

/** "s, reading weights" -> "reading weights (s)". */
function withUnit(meaning: string): string {
  return meaning.replace(/^(\S+), (.*)$/, "$2 ($1)");
}

function secondsCell(measured: Measured, { resolutionSeconds }: Startup): Cell {
  return measuredCell(measured, 1, (value) => secondsText(value, resolutionSeconds));
}
