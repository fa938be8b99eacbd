import { readDocument } from "./shellDocument.ts";
import { type Lookup, readWord } from "./shellWord.ts";

/** What a script leaves in its variables and in the files that it writes, as far as reading alone can tell. */
export interface ShellFile {
  readonly variables: ReadonlyMap<string, ShellValue>;
  /** Text of a file that the script writes by `cat << EOF > FILE`, by its path. */
  readonly documents: ReadonlyMap<string, string>;
  /** What was not understood, and is not executed. */
  readonly unread: readonly { readonly line: number; readonly what: string }[];
}

export interface ShellValue {
  readonly text: string;
  readonly line: number;
  /** Why the text is not what the shell would have made; null: it is. */
  readonly why: string | null;
  /** Variables that the shell would have looked for in the environment. */
  readonly outside: readonly string[];
}

const compounds: Readonly<Record<string, string>> = {
  if: "fi",
  for: "done",
  while: "done",
  until: "done",
  case: "esac",
  "{": "}",
};

/** Assignments and here-documents of a shell script, top to bottom; nothing is executed. */
export function readShell(source: string): ShellFile {
  const script = source.replace(/\r\n/g, "\n");
  const variables = new Map<string, ShellValue>();
  const documents = new Map<string, string>();
  const unread: { line: number; what: string }[] = [];
  const lookup: Lookup = (name) => variables.get(name)?.text;
  const lineEnds = [...script.matchAll(/\n/g)].map(({ index }) => index);
  const lineOf = (at: number) => {
    const next = lineEnds.findIndex((end) => end >= at);
    return next < 0 ? lineEnds.length + 1 : next + 1;
  };

  /** What lies between is left out; what it would have set is not known any more. */
  const leaveOut = (from: number, end: number, what: string) => {
    unread.push({ line: lineOf(from), what });
    const names = script.slice(from, end).matchAll(/(?<![\w$])([A-Za-z_]\w*)=/g);
    for (const [, name = ""] of names)
      if (name.startsWith("LLMDBENCH_") || variables.has(name))
        variables.set(name, { text: "", line: lineOf(from), why: `set in ${what}`, outside: [] });
  };

  let at = 0;
  while (at < script.length) {
    const [blank] = /^(?:[\s;]|\\\n|#.*)*/.exec(script.slice(at)) as RegExpExecArray;
    at += blank.length;
    if (at >= script.length) break;
    const statement = /^(?:(?:export|readonly|declare\s+-x|typeset\s+-x)[ \t]+)?(?=[A-Za-z_]\w*\+?=)/.exec(
      script.slice(at),
    );
    const document = readDocument(script, at, lookup);
    if (document !== null) {
      if (document.path !== null) documents.set(document.path, document.text);
      else leaveOut(at, document.end, "a here-document of another shape than cat << EOF > FILE");
      at = document.end;
    } else if (statement) {
      const begin = at;
      const found = readAssignments(script, at + statement[0].length, lookup, lineOf);
      at = found.end;
      if (/^[ \t]*(\|\|?|<|>|[A-Za-z./$"'])/.test(script.slice(at))) {
        at = endOfLine(script, at);
        leaveOut(begin, at, "an assignment within a command");
      } else {
        for (const [name, value] of found.values) variables.set(name, value);
        if (script.startsWith("&&", at)) at += 2;
        else if (script[at] === "&") at++;
      }
    } else {
      const word = /^[^\s;&|<>]+/.exec(script.slice(at))?.[0] ?? script[at]!;
      const compound = Object.hasOwn(compounds, word)
        ? word
        : /^[\w-]+\(\)/.test(word) || word === "function"
          ? "{"
          : null;
      const end = compound === null ? endOfLine(script, at) : endOfCompound(script, at, compound);
      if (/^export\b/.test(script.slice(at, end)) && !script.slice(at, end).includes("=")) at = end;
      else {
        leaveOut(
          at,
          Math.max(end, at + 1),
          word === "source" || word === "." ? "source: another file" : `\`${shown(word)}\``,
        );
        at = Math.max(end, at + 1);
      }
    }
  }
  return { variables, documents, unread };
}

function readAssignments(script: string, start: number, lookup: Lookup, lineOf: (at: number) => number) {
  const values = new Map<string, ShellValue>();
  let at = start;
  for (;;) {
    const [head, name, append] = /^([A-Za-z_]\w*)(\+?)=/.exec(script.slice(at)) ?? [];
    if (head === undefined || name === undefined) break;
    const own: Lookup = (wanted) => values.get(wanted)?.text ?? lookup(wanted);
    const array = script[at + head.length] === "(";
    const word = readWord(script, at + head.length, own);
    values.set(name, {
      text: append ? `${own(name) ?? ""}${word.text}` : word.text,
      line: lineOf(at),
      why: array ? "an array" : word.why,
      outside: word.outside,
    });
    at = array ? endOfLine(script, at) : word.end;
    at += (/^(?:[ \t]|\\\n)*/.exec(script.slice(at)) as RegExpExecArray)[0].length;
    if (script[at] === "#") at = endOfLine(script, at);
  }
  return { values, end: at };
}

/** End of the logical line: continued lines, and lines within quotes, belong to it. */
function endOfLine(script: string, start: number): number {
  let at = start;
  while (at < script.length && script[at] !== "\n") {
    if (/[\s;&|<>()]/.test(script[at]!)) at++;
    else if (script[at] === "#" && /\s/.test(script[at - 1] ?? " "))
      at = Math.max(at, script.indexOf("\n", at) < 0 ? script.length : script.indexOf("\n", at));
    else at = Math.max(at + 1, readWord(script, at, () => "").end);
  }
  return at;
}

/** Behind the keyword that closes it; keywords count only where a statement begins. */
function endOfCompound(script: string, start: number, opened: string): number {
  const closer = compounds[opened]!;
  const keyword = /(?:^|[\n;]|\b(?:do|then|else)\b)[ \t]*(if|for|while|until|case|fi|done|esac|[{}])(?=[\s;]|$)/g;
  keyword.lastIndex = start;
  let depth = opened === "{" ? 0 : 1;
  if (opened !== "{") keyword.lastIndex = start + opened.length;
  for (let found = keyword.exec(script); found; found = keyword.exec(script)) {
    const [all, word = ""] = found;
    keyword.lastIndex = found.index + all.length;
    if (Object.hasOwn(compounds, word) && compounds[word] === closer) depth++;
    else if (word === closer) depth--;
    if (depth <= 0 && word === closer) return found.index + all.length;
  }
  return script.length;
}

/** The name of a command, never its arguments: they may hold a secret. */
const shown = (word: string) => (/^[\w./[\]-]{1,40}$/.test(word) ? word : "...");
