/** One word of a shell script, as the shell would hand it on. */
export interface ShellWord {
  readonly text: string;
  /** Position after it. */
  readonly end: number;
  /** Why its text is not what the shell would make of it; null: it is. */
  readonly why: string | null;
  /** Variables without a value in the script: the shell would have looked in the environment. */
  readonly outside: readonly string[];
}

/** Value of a variable; undefined where the script gives it none. */
export type Lookup = (name: string) => string | undefined;

const endsWord = /[\s;&|<>()]/;

/** The word that begins at `start`: quotes resolved, variables expanded, nothing executed. */
export function readWord(script: string, start: number, lookup: Lookup): ShellWord {
  let text = "";
  let why: string | null = null;
  const outside: string[] = [];
  const expand = (at: number): number => {
    const found = readExpansion(script, at, lookup);
    text += found.text;
    why ??= found.why;
    outside.push(...found.outside);
    return found.end;
  };
  let at = start;
  while (at < script.length && !endsWord.test(script[at]!)) {
    const char = script[at]!;
    if (char === "'") {
      const close = script.indexOf("'", at + 1);
      if (close < 0) return { text, end: script.length, why: "a quote that nothing closes", outside };
      text += script.slice(at + 1, close);
      at = close + 1;
    } else if (char === '"') {
      at++;
      while (at < script.length && script[at] !== '"') {
        if (script[at] === "\\" && /[$`"\\\n]/.test(script[at + 1] ?? "")) {
          if (script[at + 1] !== "\n") text += script[at + 1];
          at += 2;
        } else if (script[at] === "$" || script[at] === "`") at = expand(at);
        else text += script[at++];
      }
      if (at >= script.length) return { text, end: at, why: "a quote that nothing closes", outside };
      at++;
    } else if (char === "\\") {
      if (script[at + 1] !== "\n") text += script[at + 1] ?? "\\";
      at += 2;
    } else if (char === "$" && /['"]/.test(script[at + 1] ?? "")) {
      why ??= `a text in $${script[at + 1]}...${script[at + 1]}`;
      at++;
    } else if (char === "$" || char === "`") at = expand(at);
    else text += script[at++];
  }
  return { text, end: Math.min(at, script.length), why, outside };
}

/** What stands at a dollar sign or a backquote. */
export function readExpansion(script: string, at: number, lookup: Lookup): ShellWord {
  const known = (text: string, end: number, outside: readonly string[] = []) => ({ text, end, why: null, outside });
  const unknown = (end: number, why: string) => ({ text: "", end, why, outside: [] });
  if (script[at] === "`") {
    const close = script.indexOf("`", at + 1);
    return unknown(close < 0 ? script.length : close + 1, "the output of a command, `...`");
  }
  if (script[at + 1] === "(") {
    const end = closing(script, at + 1);
    const command = script.slice(at + 2, end - 1).trim();
    // A file that only this script writes: its name stands for what is written into it.
    if (/^mktemp(\s[\w\s./-]*)?$/.test(command)) return known(temporaryFile(at), end);
    return unknown(end, script[at + 2] === "(" ? "arithmetic, $((...))" : "the output of a command, $(...)");
  }
  if (script[at + 1] === "{") {
    const [, name, operator] = /^\$\{(\w+)(:?-|\})/.exec(script.slice(at)) ?? [];
    if (name === undefined)
      return unknown(closing(script, at + 1), "an expansion that is neither a name nor a name with a default");
    const value = lookup(name);
    if (operator === "}") return known(value ?? "", at + name.length + 3, value === undefined ? [name] : []);
    const end = closing(script, at + 1);
    if (value !== undefined && (value !== "" || operator === "-")) return known(value, end);
    // Nobody nests them; a stack of calls that overflows would be a crash.
    if (script.slice(at, end).split("${").length > 20) return unknown(end, "defaults within defaults");
    const fallback = readFallback(script.slice(at + 2 + name.length + operator!.length, end - 1), lookup);
    return { ...fallback, end, outside: [name, ...fallback.outside] };
  }
  const [, name] = /^\$([A-Za-z_]\w*)/.exec(script.slice(at)) ?? [];
  if (name === undefined)
    return /^\$[\d@*#?$!-]/.test(script.slice(at)) ? unknown(at + 2, "an argument of the script") : known("$", at + 1);
  const value = lookup(name);
  return known(value ?? "", at + 1 + name.length, value === undefined ? [name] : []);
}

/** The default in ${NAME:-default}: quotes count, blanks do not end it. */
function readFallback(script: string, lookup: Lookup): Omit<ShellWord, "end"> {
  const parts: ShellWord[] = [];
  let text = "";
  for (let at = 0; at < script.length; ) {
    const part = readWord(script, at, lookup);
    parts.push(part);
    text += part.text;
    at = part.end;
    if (at < script.length) text += script[at++];
  }
  return {
    text,
    why: parts.find(({ why }) => why !== null)?.why ?? null,
    outside: parts.flatMap((part) => part.outside),
  };
}

/** Name of a file by the place that makes it; no script can contain it. */
const temporaryFile = (at: number) => `\u0000file${at}\u0000`;

/** Position after the bracket that closes the one at `open`; quotes and nested brackets are passed over. */
function closing(script: string, open: number): number {
  const closers: string[] = [];
  for (let at = open; at < script.length; at++) {
    const char = script[at]!;
    const last = closers.at(-1);
    if (char === "\\") at++;
    else if (char === last) {
      closers.pop();
      if (closers.length === 0) return at + 1;
    } else if (char === "'" && last === ")") {
      const end = script.indexOf("'", at + 1);
      at = end < 0 ? script.length : end;
    } else if (char === "(" && (last !== "}" || script[at - 1] === "$")) closers.push(")");
    else if (char === "{" && (last !== ")" || script[at - 1] === "$")) closers.push("}");
  }
  return script.length;
}
