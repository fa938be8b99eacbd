import type { Analysis } from "../analysis.ts";
import type { Finding, Validity } from "../validity/validity.ts";
import { validityMark } from "../write/decision.ts";
import { type Html, html } from "./html.ts";

const colour: Readonly<Record<Validity["verdict"], string>> = { valid: "good", suspect: "unsure", invalid: "bad" };
const order = ["invalid", "suspect", "valid"] as const;
/** More would push the verdict off the first screen; the rest is among the warnings. */
const SHOWN = 3;

/** Of the worst system. */
export function validityBadge({ systems }: Analysis): Html {
  const worst = order.find((verdict) => systems.some(({ validity }) => validity.verdict === verdict));
  if (worst === undefined) return html``;
  return html`<span class="badge ${colour[worst]}">${validityMark[worst]}</span>`;
}

/** Why it is not simply valid, worst first. */
export function validityReasons({ systems }: Analysis): Html | null {
  const found = systems.flatMap(({ name, validity }) => validity.findings.map((finding) => ({ name, finding })));
  const reasons = (["invalid", "suspect"] as const).flatMap((severity) =>
    found.filter(({ finding }) => finding.severity === severity),
  );
  if (reasons.length === 0) return null;
  const rest = reasons.length - SHOWN;
  const items = reasons.slice(0, SHOWN).map(({ name, finding }) => {
    const text = systems.length > 1 ? `${name}: ${finding.text}` : finding.text;
    return html`<li>${findingText({ ...finding, text })}</li>`;
  });
  return html`<ul class="reasons">${items}${rest > 0 ? html`<li><a href="#warnings">${rest} more ${rest === 1 ? "reason" : "reasons"}</a></li>` : null}</ul>
`;
}

/** A note changes no verdict and bears no mark. */
export const findingText = ({ severity, text }: Finding): Html =>
  severity === "note"
    ? html`${text}`
    : html`<strong class="${colour[severity]}">${validityMark[severity]}:</strong> ${text}`;
