import type { Analysis, RunIdentity, SystemAnalysis } from "../analysis.ts";
import { stampOf } from "../figures/heading.ts";
import { systemSentence } from "../write/systemSentence.ts";
import { type Html, html } from "./html.ts";
import { validityBadge, validityReasons } from "./validity.ts";

/** Worst first: one failed run makes the whole report one with a failed run. */
const statuses = ["failed", "partial", "complete"] as const;

export function identityStrip(analysis: Analysis): Html {
  const runs = analysis.systems.flatMap((system) => system.runs);
  const stamp = stampOf(analysis);
  return html`<header>
<h1>${analysis.title}</h1>
<div class="badges">${validityBadge(analysis)}${statusBadge(runs)}${stamp === null ? html`<span class="badge good">MEASURED</span>` : html`<span class="badge simulated">${stamp}</span>`}</div>
${validityReasons(analysis)}${stamp === null ? null : banner(analysis)}
<dl class="identity">
${analysis.systems.map(
  (
    system,
  ) => html`<div><dt>System</dt><dd><strong>${system.name}</strong>${system.simulated ? " (simulated)" : ""}<br>${system.model}${recorded(system, "modelRevision", ", revision ")}<br>${system.hardware}${recorded(system, "engineImage", html`<br>`)}</dd></div>
`,
)}${harnessEntry(analysis)}${commitEntry(analysis)}<div><dt>Stack</dt><dd>${analysis.stack}</dd></div>
<div><dt>Analysed</dt><dd>${dateText(analysis.createdAt)}</dd></div>
<div><dt>Runs</dt><dd>${runList(runs)}</dd></div>
</dl>
</header>
`;
}

/** What a reader should take home if nothing else: the verdict, or what was measured. */
export function verdict(analysis: Analysis): Html {
  const sentences =
    analysis.comparison === null ? analysis.systems.map(systemSentence) : [analysis.comparison.headline];
  // What targets were loaded at once for.
  const together = (analysis.interference?.systems ?? []).map(({ sentence }) => sentence);
  const kept = sentences.length === 0 ? ["No run has any result."] : [...sentences, ...together];
  return html`<section class="verdict" aria-label="Result">${kept.map((sentence) => html`<p>${sentence}</p>`)}</section>
`;
}

/** What sent the requests, with versions: the same engine measures differently under another clock. */
function harnessEntry({ systems }: Analysis): Html | null {
  const names = [...new Set(systems.flatMap(({ harness }) => harness ?? []))];
  if (names.length === 0) return null;
  return html`<div><dt>Load from</dt><dd>${names.join(", ")}</dd></div>
`;
}

/** All that the runs of a system recorded: more than one is worth seeing. */
function recorded({ runs }: SystemAnalysis, key: "engineImage" | "modelRevision", before: string | Html): Html | null {
  const values = [...new Set(runs.flatMap((run) => run[key] ?? []))];
  return values.length === 0 ? null : html`${before}${values.join(", ")}`;
}

function commitEntry({ systems }: Analysis): Html | null {
  const commits = [...new Set(systems.flatMap(({ runs }) => runs.flatMap(({ commit }) => commit ?? [])))];
  if (commits.length === 0) return null;
  return html`<div><dt>${commits.length === 1 ? "Commit" : "Commits"} of LLM Bench</dt><dd>${commits.join(", ")}</dd></div>
`;
}

function banner(analysis: Analysis): Html {
  const names = analysis.systems.filter((system) => system.simulated).map((system) => system.name);
  return html`<div class="banner" role="note"><p><strong>${stampOf(analysis)!}.</strong> No GPU ran here: ${names.join(", ")} ${names.length === 1 ? "is a model of an engine's" : "are models of engines'"} timing. The requests, the load generator and all arithmetic are real; the numbers say nothing about real hardware.</p></div>
`;
}

function statusBadge(runs: readonly RunIdentity[]): Html {
  const worst = statuses.find((status) => runs.some((run) => run.status === status));
  if (worst === undefined) return html`<span class="badge bad">✗ NO RUN</span>`;
  const affected = runs.filter((run) => run.status === worst).length;
  if (worst === "complete") return html`<span class="badge good">✓ COMPLETE</span>`;
  const of = runs.length === 1 ? "" : ` (${affected} of ${runs.length} runs)`;
  return worst === "partial"
    ? html`<span class="badge unsure">◆ PARTIAL${of}</span>`
    : html`<span class="badge bad">✗ FAILED${of}</span>`;
}

function runList(runs: readonly RunIdentity[]): Html {
  const ids = runs.map((run) => html`<code>${run.runId}</code><br>`);
  if (ids.length <= 3) return html`${ids}`;
  return html`<details><summary>${ids.length} runs</summary>${ids}</details>`;
}

/** "2026-11-22 06:04 UTC"; as it stands where it is no date. */
export function dateText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
