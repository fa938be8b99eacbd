/**
 * For text and quoted attributes of XML and HTML. What XML forbids (control characters, lone surrogates) becomes U+FFFD: one of
 * them in an error message of a server would make the whole SVG unreadable.
 */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
