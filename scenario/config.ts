import { loadAll, YAMLException } from "js-yaml";
import { ScenarioError, UserError } from "./userError.ts";

/** A stack's configuration before any checking: plain values by key, secrets only by the fact that they exist. */
export interface RawConfig {
  readonly values: Readonly<Record<string, unknown>>;
  readonly hasHfToken: boolean;
  readonly hasClusterToken: boolean;
  /** Targets that have an entry in the secret `apiKeys`; null when it is encrypted as a whole and its names cannot be read. */
  readonly apiKeyNames: readonly string[] | null;
}

const PROJECT = "llm-bench";

/** Read as facts (there or not), never as values. */
export const secretKeys = ["hfToken", "clusterToken", "apiKeys"] as const;

const NUMBERS = new Set(["gpuCount", "repetitions", "seed"]);
const BOOLEANS = new Set(["together"]);
const OBJECTS = new Set(
  "engine llmd simulator targets workloadOverrides harnessSettings cluster modelSpec prices slo comparison cost apiKeys".split(
    " ",
  ),
);

/**
 * From what `pulumi.runtime.allConfig()` gives: every value a string, objects as JSON, secrets decrypted. Empty values count as absent:
 * Pulumi.yaml gives optional keys an empty default, because a key without a default is required in every stack.
 */
export function rawFromPulumi(allConfig: Readonly<Record<string, string>>, project = PROJECT): RawConfig {
  const entries: [string, unknown][] = [];
  for (const [qualified, text] of Object.entries(allConfig)) {
    const prefix = `${project}:`;
    if (!qualified.startsWith(prefix)) continue;
    const key = qualified.slice(prefix.length);
    // The default in Pulumi.yaml, whose type has no empty value.
    if (key !== "repetitions" || text !== "-1") entries.push([key, text]);
  }
  return rawConfig(entries);
}

/**
 * From the text of a Pulumi.<stack>.yaml; encrypted leaves (`secure:`) are noted as present and never read. Throws ScenarioError when the
 * text is no YAML; `file` names it in the message.
 */
export function rawFromStackFile(yamlText: string, file = "the stack file"): RawConfig {
  const content = parseYaml(yamlText, file);
  const config = isRecord(content) && isRecord(content.config) ? content.config : {};
  const entries: [string, unknown][] = [];
  for (const [qualified, value] of Object.entries(config)) {
    const [namespace, key] = qualified.includes(":") ? qualified.split(/:(.*)/s) : [PROJECT, qualified];
    if (namespace === PROJECT) entries.push([key!, value]);
  }
  return rawConfig(entries);
}

function parseYaml(text: string, file: string): unknown {
  try {
    return loadAll(text)[0]; // unlike load, takes an empty file
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark ? `line ${error.mark.line + 1}` : "its YAML";
    const next = "Mind indentation, and a space after each colon.";
    const problem = {
      key: line,
      value: error.mark ? text.split("\n")[error.mark.line] : "",
      allowed: null,
      file,
      next,
    };
    throw new ScenarioError([new UserError({ ...problem, reason: `it is no YAML (${error.reason})` })]);
  }
}

function rawConfig(entries: readonly (readonly [string, unknown])[]): RawConfig {
  const values: Record<string, unknown> = {};
  let hasHfToken = false;
  let hasClusterToken = false;
  let apiKeyNames: readonly string[] | null = [];
  for (const [key, raw] of entries) {
    const value = typed(key, raw);
    if (key === "hfToken") hasHfToken = isGiven(value);
    else if (key === "clusterToken") hasClusterToken = isGiven(value);
    else if (key === "apiKeys") apiKeyNames = isRecord(value) ? ("secure" in value ? null : Object.keys(value)) : [];
    else if (!isEmpty(value)) values[key] = key === "prices" ? plainDates(value) : value;
  }
  return { values, hasHfToken, hasClusterToken, apiKeyNames };
}

/** A secret: its text from Pulumi, or what stands for it in a stack file. */
function isGiven(value: unknown): boolean {
  return isRecord(value) || (typeof value === "string" && value !== "");
}

/** What cannot be read as its type stays text, so that the schema names it in its message. */
function typed(key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (NUMBERS.has(key)) return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (BOOLEANS.has(key)) return value === "true" ? true : value === "false" ? false : value;
  if (!OBJECTS.has(key)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Pulumi reads a bare date as a moment in time and hands it on as "2026-11-01 00:00:00 +0000 UTC". */
function plainDates(prices: unknown): unknown {
  if (!isRecord(prices)) return prices;
  const plain = (text: unknown) =>
    typeof text === "string" ? text.replace(/^(\d{4}-\d\d-\d\d)[ T]00:00:00.*$/, "$1") : text;
  const entries = Object.entries(prices).map(([gpu, price]) =>
    isRecord(price) && "asOf" in price ? [gpu, { ...price, asOf: plain(price.asOf) }] : [gpu, price],
  );
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
