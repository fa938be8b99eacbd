import type { Context } from "./carrier.ts";
import { carried, groups } from "./carriers.ts";
import { Draft, type Row } from "./draft.ts";
import { methodsOf } from "./model.ts";
import { readShell, type ShellFile } from "./readShell.ts";
import { holdsSecret } from "./secrets.ts";
import { whyWithoutMeaning } from "./withoutMeaning.ts";

export interface Converted {
  /** Keys of a stack file, without their namespace. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
}

export type Told = Pick<Context, "fileName" | "platform" | "gpu" | "profilesOf">;

/** What a target may say of its own. */
const ofTarget = ["gpu", "gpuCount", "model", "method", "engine", "simulator", "llmd"];

/** A scenario of llm-d-benchmark (`*.sh`, v0.0 to v0.5) as the configuration of a stack. The script is read, never executed. */
export function convert(script: string, told: Told): Converted {
  const file = readShell(script);
  const methods = methodsOf(file.variables.get("LLMDBENCH_DEPLOY_METHODS")?.text);
  const drafts = methods.map((method) => convertOne(file, { ...told, method, simulated: simulates(file, method) }));
  const rows = new Map<string, Row>();
  for (const row of drafts.flatMap((draft) => draft.rows)) rows.set(JSON.stringify(row), row);
  const unread = file.unread.map(({ line, what }): Row => {
    const why = `${what} is not understood, and nothing is executed. What it would have set is left out.`;
    return { status: "not carried", variable: null, line, result: null, why };
  });
  return { config: withTargets(drafts, modelsOf(file)), rows: [...rows.values(), ...unread] };
}

function convertOne(file: ShellFile, context: Context): Draft {
  const draft = new Draft(file);
  for (const { carriers } of groups) for (const carrier of carriers) carrier.carry(draft, context);
  draft.rest(whyWithoutMeaning, carried);
  return draft;
}

/** The image tells: there was no method of that name. */
function simulates({ variables }: ShellFile, method: string): boolean {
  const image = method === "standalone" ? "VLLM_STANDALONE_IMAGE" : "LLMD_IMAGE";
  return ["_NAME", "_REPO", ""].some((part) =>
    variables.get(`LLMDBENCH_${image}${part}`)?.text.endsWith("llm-d-inference-sim"),
  );
}

function modelsOf({ variables }: ShellFile): string[] {
  const list = variables.get("LLMDBENCH_DEPLOY_MODEL_LIST");
  return list?.why === null
    ? list.text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "" && !holdsSecret(name))
    : [];
}

/** Each method with each model is a target; what all have stays at the top. */
function withTargets(drafts: readonly Draft[], models: readonly string[]): Record<string, unknown> {
  const all = drafts.flatMap(({ config }) =>
    models.length > 1 ? models.map((model) => ({ ...config, model })) : [config],
  );
  if (all.length === 1) return all[0]!;
  const shared = drafts.map(({ config }) => config).reduce(merged);
  for (const key of ofTarget) if (!all.every((one) => same(one[key], all[0]![key]))) delete shared[key];
  const targets = all.map((config) => {
    const own = ofTarget.filter((key) => key in config && !(key in shared));
    return {
      name: targetName(config, drafts.length > 1, models.length > 1),
      ...Object.fromEntries(own.map((key) => [key, config[key]])),
    };
  });
  return { ...shared, targets };
}

/** Both; where they differ, the later: an llm-d target may need a volume for several pods where standalone needs none. */
function merged(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(b).map(([key, value]) => [
    key,
    isObject(a[key]) && isObject(value) ? merged(a[key], value) : value,
  ]);
  return { ...a, ...Object.fromEntries(entries) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function targetName({ method, model }: Readonly<Record<string, unknown>>, methods: boolean, models: boolean): string {
  const parts = [...(models ? [String(model).split("/").at(-1)!] : []), ...(methods ? [String(method)] : [])];
  return parts
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(-30)
    .replace(/^[^a-z]+|-+$/g, "");
}
