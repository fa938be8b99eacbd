/**
 * The text with U+FFFD for what XML forbids (control characters, lone surrogates): one of them in an error message of a
 * server would make the whole SVG unreadable.
 */
export const printable = (text: string): string =>
  text.toWellFormed().replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, "\ufffd");

/** For text and quoted attributes of XML and HTML. */
export const escapeXml = (text: string): string =>
  printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
