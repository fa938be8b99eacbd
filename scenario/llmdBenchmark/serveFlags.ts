import { readWord } from "./shellWord.ts";

/** Arguments of `vllm serve`, read out of the text that a pod of the old tool ran. */
export interface ServeFlags {
  readonly flags: readonly ServeFlag[];
  /** What the pod ran before or instead of `vllm serve`, by the names of the commands. */
  readonly otherCommands: readonly string[];
}

export interface ServeFlag {
  /** With dashes: --max-model-len. */
  readonly flag: string;
  /** null: it stands alone. */
  readonly value: string | null;
  /** It stands for a variable of the pod or of the old tool, or is made by a command. */
  readonly open: boolean;
}

/** Both spellings: a list, `[--a____b____--c]`, where four underscores are a blank, and a script with `vllm serve MODEL --a b`. */
export function readServeFlags(text: string): ServeFlags {
  const list = /^\s*"?\[([\s\S]*)\]"?\s*$/.exec(text)?.[1];
  if (list !== undefined) {
    const words = list.split("____").map((word) => plain(word.replace(/\\?\n/g, "").trim()));
    return { flags: pair(words.filter((word) => word.text !== "")), otherCommands: [] };
  }
  const script = text.replaceAll("____", " ");
  const serve = /(?:^|[\s;&])vllm\s+serve\s/.exec(script);
  const before = serve ? script.slice(0, serve.index) : script;
  const otherCommands = commandsOf(before);
  if (!serve) return { flags: [], otherCommands };
  const { words, end } = wordsOf(script, serve.index + serve[0].length);
  const [model, ...rest] = words;
  return {
    flags: pair(model?.text.startsWith("-") ? words : rest),
    otherCommands: [...otherCommands, ...commandsOf(script.slice(end))],
  };
}

interface Word {
  readonly text: string;
  readonly open: boolean;
}

/** A word of a list has its quotes and backslashes from the shell that wrote it. */
function plain(word: string): Word {
  const text = word.replace(/\\(["'])/g, "$1").replace(/^(['"])([\s\S]*)\1$/, "$2");
  return { text, open: isOpen(text) };
}

const isOpen = (text: string) => /REPLACE_ENV_|REPLACE_MODEL|\$[A-Za-z_({]/.test(text);

function wordsOf(script: string, start: number): { words: Word[]; end: number } {
  const words: Word[] = [];
  let at = start;
  for (;;) {
    at += (/^(?:[ \t]|\\\n)*/.exec(script.slice(at)) as RegExpExecArray)[0].length;
    if (at >= script.length || /[\n;&|]/.test(script[at]!)) return { words, end: at };
    // Variables of the pod stay as they are written, to be told.
    const word = readWord(script, at, (name) => `$${name}`);
    const end = Math.max(word.end, at + 1);
    const text = word.why === null ? word.text : script.slice(at, end);
    words.push({ text, open: word.why !== null || isOpen(text) });
    at = end;
  }
}

function commandsOf(script: string): string[] {
  const commands = script
    .split(/[;\n]|&&|\|\|?/)
    .map((part) => part.trim().split(/\s+/)[0] ?? "")
    // The old tool's own preparation, which it put in front by a token.
    .filter(
      (command) => command !== "" && command !== "\\" && command !== "exec" && !command.startsWith("REPLACE_ENV_"),
    );
  return [...new Set(commands.map((command) => command.split("=")[0]!))];
}

function pair(words: readonly Word[]): ServeFlag[] {
  const flags: ServeFlag[] = [];
  for (let i = 0; i < words.length; i++) {
    const { text, open } = words[i]!;
    const [, name, value] = /^(--?[A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(text) ?? [];
    if (name === undefined) continue;
    const flag = name.startsWith("--") ? name.replaceAll("_", "-") : name;
    const next = words[i + 1];
    // Without a value it was to come from the pod's environment.
    if (value !== undefined) flags.push({ flag, value, open: open || value === "" });
    else if (next && !/^--?[A-Za-z]/.test(next.text)) {
      flags.push({ flag, value: next.text, open: next.open });
      i++;
    } else flags.push({ flag, value: null, open });
  }
  return flags;
}
