import { unescapeXml } from "../figures/svgTexts.ts";

export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const voids = new Set(["meta", "br", "img", "link", "input", "hr", "base", "embed"]);

/** Elements and visible text of a page. Stricter than a browser: throws where tags do not nest or a quote is left open. */
export function readHtml(page: string): { readonly elements: Element[]; readonly text: string } {
  const elements: Element[] = [];
  const open: string[] = [];
  let text = "";
  const rest = page.replace(/^<!DOCTYPE html>/, "");
  const token =
    /<(style|script)>[\s\S]*?<\/\1>|<\/([a-z0-9]+)>|<([a-z0-9]+)((?:\s+[a-z][a-z0-9:-]*(?:="[^"<>]*")?)*)\s*(\/?)>|([^<]+)/giy;
  while (token.lastIndex < rest.length) {
    const from = token.lastIndex;
    const match = token.exec(rest);
    if (match === null) throw new Error(`not HTML at "${rest.slice(from, from + 120)}"`);
    const [, raw, closing, tag, attributes = "", empty, content] = match;
    if (raw !== undefined) elements.push({ tag: raw, attributes: {} });
    else if (content !== undefined) text += unescapeXml(content);
    else if (closing !== undefined) {
      const last = open.pop();
      if (last !== closing) throw new Error(`</${closing}> closes <${last}> at "${rest.slice(from - 80, from + 20)}"`);
    } else if (tag !== undefined) {
      const pairs = [...attributes.matchAll(/([a-z][a-z0-9:-]*)(?:="([^"]*)")?/gi)];
      elements.push({
        tag,
        attributes: Object.fromEntries(pairs.map(([, name, value]) => [name!, unescapeXml(value ?? "")])),
      });
      if (empty !== "/" && !voids.has(tag)) open.push(tag);
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(", ")}`);
  return { elements, text };
}
