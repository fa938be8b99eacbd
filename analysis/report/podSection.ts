import type { Analysis } from "../analysis.ts";
import type { DrawnFigure } from "../figures/drawFigures.ts";
import { podSentences } from "../write/interferenceTable.ts";
import { figureSection } from "./figureSection.ts";
import { type Html, html } from "./html.ts";
import { share } from "./interferenceSection.ts";
import { table, text } from "./table.ts";

/** How a router divided the work among pods; null: no system has several that told of themselves. */
export function podSection(analysis: Analysis, figures: readonly DrawnFigure[]): Html | null {
  const systems = analysis.systems.flatMap(({ name, podShares }) => (podShares ? [{ name, podShares }] : []));
  if (systems.length === 0) return null;
  return html`<h2 id="pods">Shares of the pods</h2>
${podSentences(analysis).map((sentence) => html`<p>${sentence}</p>`)}
${figures.filter(({ name }) => name === "pods").map((figure) => figureSection(figure, false))}${table(
  "Share of each pod in the work of its role",
  [
    { head: "System", align: "left" },
    { head: "Role", align: "left" },
    { head: "Pod", align: "left" },
    { head: "Requests" },
    { head: "Prompt tokens" },
    { head: "Output tokens" },
    { head: "Prefix cache hits", hint: "Prompt tokens found in this pod's own cache, of those looked up" },
  ],
  systems.flatMap(({ name, podShares }) =>
    podShares.roles.flatMap(({ role, pods }) =>
      pods.map((one) => [
        text(name),
        text(role ?? "–"),
        text(one.pod),
        share(one.requests),
        share(one.promptTokens),
        share(one.outputTokens),
        share(one.prefixCacheHitRate),
      ]),
    ),
  ),
)}
<p class="muted small">By the pods' own counters, all loads together; shares are of the pods of one role.</p>
`;
}
