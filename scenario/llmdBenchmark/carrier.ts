import type { Draft, Taken } from "./draft.ts";

/** How some variables become a key; the table in docs/llm-d-benchmark.md is made of these. */
export interface Carrier {
  /** Without LLMDBENCH_; those of all versions. */
  readonly variables: readonly string[];
  /** Keys of the stack file, for the table. */
  readonly key: string;
  /** What a reader of the table must know besides. */
  readonly how: string;
  readonly carry: (draft: Draft, context: Context) => void;
}

export interface Context {
  readonly method: "standalone" | "llm-d";
  readonly simulated: boolean;
  /** Name of the file without folder and ending; from v0.1 to v0.2 it tells platform and GPU. */
  readonly fileName: string;
  readonly platform: string | null;
  readonly gpu: string | null;
  /** Profiles that a harness has here. */
  readonly profilesOf: (harness: string) => readonly string[];
}

/** A variable whose text is the value of one key. */
export function text(variables: readonly string[], key: string, how = "", allowed?: RegExp, else_ = ""): Carrier {
  return {
    variables,
    key,
    how,
    carry: (draft) => {
      const taken = draft.first(...variables);
      if (taken === null) return;
      if (allowed && !allowed.test(taken.text)) draft.drop(taken, else_);
      else draft.set(taken, key, taken.text);
    },
  };
}

/** A variable whose number is the value of one key; outside `range` it is brought to its border, which is told. */
export function number(
  variables: readonly string[],
  key: string,
  how = "",
  range: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER],
): Carrier {
  return { variables, key, how, carry: (draft) => setNumber(draft, draft.first(...variables), key, range) };
}

export function setNumber(draft: Draft, taken: Taken | null, key: string, [min, max]: readonly [number, number]): void {
  if (taken === null) return;
  // What it stands for is set nowhere in the file: the old tool's default, which is not carried.
  if (/^(auto|\$.*|REPLACE_ENV_.*)$/.test(taken.text)) return void draft.same(taken, "left to the default");
  const value = Number(taken.text);
  if (!Number.isFinite(value)) return void draft.drop(taken, `"${taken.text.slice(0, 40)}" is no number.`);
  if (value < min) return void draft.drop(taken, `${key} is at least ${min} here.`);
  if (value > max) draft.set(taken, key, max, `it was ${value}; ${key} is at most ${max} here`);
  else draft.set(taken, key, value);
}

/** Mi, Gi and Ti are what a stack file takes. */
export function quantity(variables: readonly string[], key: string, how = ""): Carrier {
  return text(variables, key, how, /^[1-9]\d*(\.\d+)?(Mi|Gi|Ti)$/, "it is no quantity such as 32Gi.");
}
