import type { Analysis, SystemAnalysis } from "../analysis.ts";
import { onlyStarts } from "../starts.ts";
import { definitions, startDefinitions } from "../write/definitions.ts";
import { remarkGroups } from "../write/remarks.ts";
import { type Html, html } from "./html.ts";
import { dateText } from "./identity.ts";
import { count, table, text } from "./table.ts";
import { findingText } from "./validity.ts";

export function warnings(analysis: Analysis): Html {
  const several = analysis.systems.length > 1;
  const items = [
    ...analysis.systems.flatMap((system) =>
      system.validity.findings.map((finding) =>
        findingText(several ? { ...finding, text: `${system.name}: ${finding.text}` } : finding),
      ),
    ),
    // The banner has told of the simulation.
    ...analysis.notes.filter((note) => !note.startsWith("SIMULATED")),
  ];
  return html`<h2 id="warnings">Warnings and notes</h2>
${items.length === 0 ? html`<p>✓ None.</p>` : list(items)}
${remarkGroups(analysis.systems).map(
  ({ heading, remarks }) => html`<h3>${heading}</h3>
${list(remarks)}
`,
)}`;
}

const list = (items: readonly (string | Html)[]): Html => html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;

export function method(analysis: Analysis): Html {
  const loadTypes = new Set(analysis.systems.flatMap((system) => system.stages.map((stage) => stage.loadType)));
  return html`<h2 id="method">Method and definitions</h2>
${
  loadTypes.has("concurrency")
    ? html`<p><strong>Closed loop:</strong> a fixed number of requests is in flight; the next leaves when one ends. Queueing outside the server is not seen: a slow server simply gets fewer requests.</p>`
    : null
}${
  loadTypes.has("constant") || loadTypes.has("poisson")
    ? html`<p><strong>Open loop:</strong> requests leave by a schedule, whatever the server does. Latencies count from the intended time, so a queue in front of the server is in them.</p>`
    : null
}${
  onlyStarts(analysis)
    ? html`<p><strong>Nothing was sent.</strong> What was measured is how the engine came up: its log as phases, beside it the pod's own conditions, which no line of the log enters.</p>`
    : null
}<dl class="definitions">${(onlyStarts(analysis) ? startDefinitions : definitions).map(([name, meaning]) => html`<dt>${name}</dt><dd>${meaning}</dd>`)}</dl>
${analysis.systems.map(assumptions)}
`;
}

function assumptions({ name, assumptions = [] }: SystemAnalysis): Html | null {
  if (assumptions.length === 0) return null;
  return html`<details><summary>What the simulated engine ${name} assumes</summary><ul>${assumptions.map((text) => html`<li>${text}</li>`)}</ul></details>`;
}

/** Commands that make it again, and where the records of each run are. */
export function reproduce(analysis: Analysis): Html {
  const stack = /^[A-Za-z0-9._-]+$/.test(analysis.stack)
    ? analysis.stack
    : `'${analysis.stack.replaceAll("'", "'\\''")}'`;
  const rows = analysis.systems.flatMap((system) => system.runs.map((run) => ({ system, run })));
  return html`<h2 id="reproduce">Reproduce</h2>
${commands(analysis, stack)}<p>Scenario, versions, seed and machine of each run are in <code>manifest.json</code> of its folder, beside the native records.</p>
${
  rows.length === 0
    ? null
    : table(
        "Runs",
        [
          { head: "Run", align: "left" },
          { head: "System", align: "left" },
          { head: "Repetition" },
          { head: "Status", align: "left" },
          { head: "Started", align: "left" },
          { head: "Seconds" },
          { head: "Folder", align: "left" },
        ],
        rows.map(({ system, run }) => [
          { content: html`<code>${run.runId}</code>`, sort: run.runId },
          text(system.name),
          count(run.repetition),
          text(run.reason === null ? run.status : `${run.status}: ${run.reason}`),
          text(dateText(run.startedAt)),
          count(run.durationSeconds),
          { content: html`<code>${run.folder}</code>`, sort: run.folder },
        ]),
      )
}`;
}

/** Of what was made elsewhere we know no command that makes it again. */
function commands({ systems }: Analysis, stack: string): Html {
  const from = systems.flatMap(({ runs }) => runs.flatMap(({ importedFrom }) => importedFrom ?? []));
  if (from.length > 0)
    return html`<p>Imported from files that were made elsewhere (${[...new Set(from)].join(", ")}): they are in <code>results/</code> of the run's folder as they were, and <code>./bench report FOLDER</code> reads them again.</p>
`;
  return html`<pre><code>./bench preview ${stack}   # what would run
./bench up ${stack}        # run it; does nothing while the results are there
./bench destroy ${stack}</code></pre>
`;
}
