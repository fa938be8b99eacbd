import { type Lookup, readExpansion, readWord } from "./shellWord.ts";

export interface ShellDocument {
  /** File that it is written into; null: it goes elsewhere. */
  readonly path: string | null;
  readonly text: string;
  readonly end: number;
}

/** A command with a here-document, such as `cat << EOF > FILE`; null where none begins at `start`. */
export function readDocument(script: string, start: number, lookup: Lookup): ShellDocument | null {
  const lineEnd = script.indexOf("\n", start);
  const command = script.slice(start, lineEnd < 0 ? script.length : lineEnd);
  if (/^(#|export\b|\w+=)/.test(command)) return null;
  const [, strip, quote, delimiter] = /(?<!<)<<(-?)[ \t]*(['"\\]?)([\w.-]+)/.exec(command) ?? [];
  if (delimiter === undefined || lineEnd < 0) return null;
  const lines: string[] = [];
  let at = lineEnd + 1;
  for (;;) {
    const next = script.indexOf("\n", at);
    const line = script.slice(at, next < 0 ? script.length : next);
    const bare = strip ? line.replace(/^\t+/, "") : line;
    at = next < 0 ? script.length : next + 1;
    if (bare === delimiter) break;
    lines.push(bare);
    if (at >= script.length) break;
  }
  const body = lines.map((line) => `${line}\n`).join("");
  const text = quote ? body : expandDocument(body, lookup);
  return { path: redirection(command, lookup), text, end: at };
}

/** Only `cat` with one `>` is a file with exactly this text. */
function redirection(command: string, lookup: Lookup): string | null {
  const [, before, after] =
    /^cat\s*(?:>\s*(\S+)\s*)?<<-?[ \t]*['"\\]?[\w.-]+['"]?\s*(?:>\s*(\S+)\s*)?$/.exec(command) ?? [];
  const target = before ?? after;
  if (target === undefined || target.startsWith(">")) return null;
  const { text, why } = readWord(target, 0, lookup);
  return why === null && text !== "" ? text : null;
}

/** Quotes are plain text in a here-document; dollar signs, backquotes and backslashes before them are not. */
function expandDocument(body: string, lookup: Lookup): string {
  let text = "";
  for (let at = 0; at < body.length; ) {
    const char = body[at]!;
    if (char === "\\" && /[$`\\\n]/.test(body[at + 1] ?? "")) {
      if (body[at + 1] !== "\n") text += body[at + 1];
      at += 2;
    } else if (char === "$" || char === "`") {
      const found = readExpansion(body, at, lookup);
      // What only a shell can tell stays as it is written, for whoever reads the document to name it.
      text += found.why === null ? found.text : body.slice(at, found.end);
      at = found.end;
    } else {
      text += char;
      at++;
    }
  }
  return text;
}
