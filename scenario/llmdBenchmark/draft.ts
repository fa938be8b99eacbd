import { nearest } from "../nearest.ts";
import type { ShellFile } from "./readShell.ts";
import { holdsSecret, isSecretName } from "./secrets.ts";

/** What became of one variable, or of one thing that the file does not say. */
export interface Row {
  readonly status: "carried" | "changed" | "not carried";
  /** As the file has it; null: it is about something that the file leaves out. */
  readonly variable: string | null;
  readonly line: number | null;
  /** Key of the stack file and its value; null: none. */
  readonly result: string | null;
  /** Why it changed or is not carried, and what to do; "" where it was carried as it is. */
  readonly why: string;
}

export interface Taken {
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

/** What a sweep of the old tool filled in. */
const hole = /(?<!_)__[a-z]\w*?__(?!_)/;

const SECRET =
  "a secret, never carried: pulumi config set --secret llm-bench:hfToken (for a cluster: clusterToken) sets it.";

export const PREFIX = "LLMDBENCH_";

/** A stack's configuration in the making: variables are taken out of the file, keys put in, and both are kept account of. */
export class Draft {
  readonly config: Record<string, unknown> = {};
  readonly rows: Row[] = [];
  readonly file: ShellFile;
  private readonly done = new Set<string>();

  constructor(file: ShellFile) {
    this.file = file;
  }

  /** Is it given, with a text that says something? */
  has(name: string): boolean {
    return (this.file.variables.get(PREFIX + name)?.text ?? "") !== "";
  }

  /** A variable that can be carried; null: not set, empty, or already told why it cannot. */
  take(name: string): Taken | null {
    const value = this.file.variables.get(PREFIX + name);
    if (value === undefined || this.done.has(name)) return null;
    this.done.add(name);
    const taken = { name, text: value.text, line: value.line };
    if (isSecretName(name)) {
      if (value.text !== "" || value.why !== null) this.drop(taken, SECRET);
      return null;
    }
    if (value.why !== null) return this.drop(taken, `${value.why}: only a shell can tell its value.`);
    const document = this.file.documents.get(value.text);
    const text = this.resolve(document ?? value.text);
    if (text.includes("\u0000"))
      return this.drop(taken, "the file that it names is written in a way that is not understood.");
    if (text.trim() === "") return null;
    if (hole.test(text))
      return this.drop(taken, `${show(text)} is a hole for a sweep. Put in a value, or make a target of each.`);
    return { ...taken, text };
  }

  /** First of the names that can be carried; the others are told to be overruled where they say something else. */
  first(...wanted: readonly string[]): Taken | null {
    const [winner, ...others] = wanted.map((name) => this.take(name)).filter((taken) => taken !== null);
    for (const other of others)
      if (other.text === winner!.text)
        this.rows.push({ ...this.row(other), status: "carried", result: `by ${PREFIX}${winner!.name}` });
      else this.drop(other, `${PREFIX}${winner!.name} says ${show(winner!.text)}, and counts more.`);
    return winner ?? null;
  }

  /** Puts a value under a key such as "engine.tensorParallel". */
  set(taken: Taken, key: string, value: unknown, why = ""): void {
    if (holdsSecret(JSON.stringify(value)))
      return void this.drop(taken, "it seems to hold a secret, which no stack file may hold in plain text.");
    this.put(key, value);
    const result = `${key}: ${typeof value === "object" ? shorten(JSON.stringify(value)) : shorten(String(value))}`;
    this.rows.push({ ...this.row(taken), status: why === "" ? "carried" : "changed", result, why });
  }

  /** Something that the old tool took for granted and a stack file has to say. */
  assume(key: string, value: unknown, why: string): void {
    this.put(key, value);
    this.rows.push({ status: "changed", variable: null, line: null, result: `${key}: ${value}`, why });
  }

  /** It means what happens here anyway. */
  same(taken: Taken, why: string): void {
    this.rows.push({ ...this.row(taken), status: "carried", result: why });
  }

  drop(taken: Taken, why: string): null {
    this.rows.push({ ...this.row(taken), status: "not carried", why: holdsSecret(why) ? "it holds a secret." : why });
    return null;
  }

  note(why: string, line: number | null = null): void {
    this.rows.push({ status: "not carried", variable: null, line, result: null, why });
  }

  /** What nobody took, each with its reason. */
  rest(reasonOf: (name: string) => string | null, known: readonly string[]): void {
    for (const [full] of this.file.variables) {
      const name = full.slice(PREFIX.length);
      if (!full.startsWith(PREFIX)) continue;
      const taken = this.take(name);
      if (taken === null) continue;
      const reason = reasonOf(name);
      const meant = reason === null ? nearest(name, known) : null;
      this.drop(taken, reason ?? `no version of llm-d-benchmark knows it${meant ? `: ${PREFIX}${meant}?` : "."}`);
    }
  }

  private put(key: string, value: unknown): void {
    const path = key.split(".");
    let place = this.config;
    for (const part of path.slice(0, -1)) {
      place[part] ??= {};
      place = place[part] as Record<string, unknown>;
    }
    place[path.at(-1)!] = value;
  }

  private row({ name, line }: Taken) {
    return { variable: PREFIX + name, line, result: null, why: "" };
  }

  /** REPLACE_ENV_ tokens of variables that the file sets; others stay, for they had a default of the old tool. */
  private resolve(text: string, depth = 0): string {
    const token = /REPLACE_ENV_(LLMDBENCH_[A-Z0-9]+(?:_[A-Z0-9]+)*)(?:\+{4}default=([^\s_]+))?/g;
    const resolved = text.replace(token, (all, name: string, fallback?: string) => {
      // What ran before the engine is a variable, and told, of its own.
      if (name.endsWith("_PREPROCESS")) return all;
      const value = this.file.variables.get(name);
      // A hole for a sweep stays a token: within a list its underscores would look like blanks.
      return value === undefined || value.why !== null || hole.test(value.text) ? (fallback ?? all) : value.text;
    });
    return resolved === text || depth > 8 ? resolved : this.resolve(resolved, depth + 1);
  }
}

const shorten = (text: string) => (text.length <= 60 ? text : `${text.slice(0, 57)}...`);

/** A value for a message: on one line, cut, and never a secret. */
export const show = (text: string): string =>
  holdsSecret(text) ? "(hidden)" : `"${shorten(text.replace(/\s+/g, " ").trim())}"`;
