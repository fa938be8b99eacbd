import { escapeXml } from "../figures/escapeXml.ts";

/** Text that is HTML already; everything else is escaped on its way into a page. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = string | number | null | Html | readonly Content[];

/** Escapes what is put in, in text and in quoted attributes. null leaves nothing. Not for script or style elements. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.map((part, i) => part + (i < contents.length ? markup(contents[i]!) : "")).join(""));
}

function markup(content: Content): string {
  if (content === null) return "";
  if (content instanceof Html) return content.markup;
  if (typeof content === "string") return escapeXml(content);
  if (typeof content === "number") return String(content);
  return content.map(markup).join("");
}
