import { load } from "js-yaml";
import { nearest } from "../scenario/nearest.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";

/**
 * Names in the templates of llm-d-benchmark's suites, v0.1.0 to v0.8.0 (`git grep REPLACE_ENV_ -- workload` at each tag). The endpoint's
 * are known when a run begins; what is checked before stands in for it.
 */
export interface TokenSources {
  readonly model: string;
  /** Hugging Face id or folder. */
  readonly tokenizer: string;
  /** Tokens; null: the engine is not ours. */
  readonly maxModelLen: number | null;
  /** Without "/v1". */
  readonly url: string;
  readonly harness: string;
  readonly image: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly claim: string;
}

export function tokenValues(from: TokenSources): Record<string, string> {
  return {
    LLMDBENCH_DEPLOY_CURRENT_MODEL: from.model,
    LLMDBENCH_DEPLOY_CURRENT_TOKENIZER: from.tokenizer,
    ...(from.maxModelLen === null ? {} : { LLMDBENCH_DEPLOY_CURRENT_MAX_MODEL_LEN: String(from.maxModelLen) }),
    LLMDBENCH_HARNESS_STACK_ENDPOINT_URL: from.url,
    LLMDBENCH_HARNESS_NAME: from.harness,
    LLMDBENCH_HARNESS_NAMESPACE: from.namespace,
    LLMDBENCH_VLLM_COMMON_NAMESPACE: from.namespace,
    LLMDBENCH_HARNESS_CONTAINER_IMAGE: from.image,
    LLMDBENCH_HARNESS_SERVICE_ACCOUNT: from.serviceAccount,
    LLMDBENCH_HARNESS_PVC_NAME: from.claim,
    // Before v0.2.0 the last three had fmperf's name.
    LLMDBENCH_FMPERF_CONTAINER_IMAGE: from.image,
    LLMDBENCH_FMPERF_SERVICE_ACCOUNT: from.serviceAccount,
    LLMDBENCH_FMPERF_PVC_NAME: from.claim,
  };
}

export interface TemplateRequest {
  /** As shown in messages. */
  readonly file: string;
  /** Token name, without REPLACE_ENV_ -> value. */
  readonly values: Readonly<Record<string, string>>;
  /** Asked for names of the suites that `values` does not know; an empty value counts as none, as it always did in these templates. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A default may follow (v0.2.0, setup/functions.sh, render_string); it ends where a YAML value can end, or at the next token. */
const token = /REPLACE_ENV_(\w+)(?:\+\+\+\+default=((?:(?!REPLACE_ENV_)[^\s"',\]}])*))?/g;

/** Variables that hold secrets: what a profile says lies in files, ConfigMaps and reports. TOKENS are counted, a TOKEN is kept. */
const secretName =
  /(^|_)([A-Z0-9]*(TOKEN|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|CREDENTIALS?|KEYS?)|PASS|PAT|PWD|AUTH|BEARER)(_|$)/i;

/** Only the suites' own variables: any other of this machine could end in a profile that somebody else wrote. */
const environmentPrefix = "LLMDBENCH_";

/**
 * A `*.yaml.in` with its tokens replaced. What is put in stays one YAML value: "a: b" or a quote makes no new key. Whole-line
 * comments are left alone. Throws ScenarioError with each token that has no value, or one that cannot stand in its place, by line.
 */
export function renderTemplate(text: string, { file, values, env }: TemplateRequest): string {
  const problems: UserError[] = [];
  const lines = text.split("\n").map((line, index) => {
    if (line.trimStart().startsWith("#")) return line;
    return line.replace(token, (whole, name: string, fallback: string | undefined, at: number) => {
      const refused = (reason: string, next?: string) => {
        problems.push(unresolved(name, reason, `${file}:${index + 1}`, Object.keys(values), next));
        return whole;
      };
      if (secretName.test(name)) return refused("it names a secret, and profiles lie in files and reports");
      const candidates = [values[name], name.startsWith(environmentPrefix) ? env[name] : undefined, fallback];
      const value = candidates.find((candidate) => candidate !== undefined && candidate !== "");
      if (value === undefined) return refused("nothing gives this token a value");
      if (/[\r\n]/.test(value)) return refused(`the value of ${name} has several lines`);
      const put = written(value, line, at, whole.length);
      return put ?? refused(`the value of ${name} has characters that mean more than text here`, quoteIt);
    });
  });
  if (problems.length > 0) throw new ScenarioError(problems);
  return lines.join("\n");
}

const quoteIt = "Put double quotes around the whole value in this line.";

function unresolved(name: string, reason: string, file: string, known: readonly string[], next?: string): UserError {
  const meant = nearest(name, known);
  return new UserError({
    key: `REPLACE_ENV_${name}`,
    value: undefined,
    file,
    reason,
    allowed: next === undefined ? [...known].sort().join(", ") || null : null,
    next: next ?? nextFor(name, meant),
  });
}

function nextFor(name: string, meant: string | null): string {
  if (secretName.test(name)) return "Remove it; the endpoint's key goes by apiKeys.";
  if (meant) return `Did you mean REPLACE_ENV_${meant}?`;
  const fallback = `write REPLACE_ENV_${name}++++default=<value>`;
  return name.startsWith(environmentPrefix)
    ? `Set ${name} in the environment, or ${fallback}.`
    : `The environment is asked for names that begin with ${environmentPrefix} only: rename it REPLACE_ENV_${environmentPrefix}${name}, or ${fallback}.`;
}

/** The line up to a value in block style: dashes, then a key or none. */
const block = String.raw`^\s*(?:-\s+)*(?:(?:"[^"]*"|'[^']*'|[^\s#"'\[\]{},:-][^#"'\[\]{},:]*):\s+)?`;
const blockValue = new RegExp(`${block}$`);
const insideFlow = new RegExp(`${block}[[{]`);
const flowValue = /(?:[[{,]\s*|:\s+)$/;

/** Text that is itself wherever it stands in a bare value: no ": ", " #", quote, bracket or comma, nothing special where it begins or ends. */
const harmless = /^[\w./~](?:(?:[\w./@%+=~ -]|:(?! ))*[\w./@%+=~-])?$/;

/**
 * The value as it must stand at this place of the line: inside quotes that the template has around it, alone in its place, or within a longer
 * bare value. null: it would be more than a value there.
 */
function written(value: string, line: string, at: number, length: number): string | null {
  const before = line.slice(0, at);
  const quote = openQuote(before);
  if (quote === '"') return JSON.stringify(value).slice(1, -1);
  if (quote === "'") return value.replaceAll("'", "''");
  const alone = /\S\s+$/.test(before) && blockValue.test(before) && /^\s*(?:$|\s#)/.test(line.slice(at + length));
  if (alone) return isPlain(value) ? value : JSON.stringify(value);
  return harmless.test(value) ? value : null;
}

/** The quote that is still open at the end of the text, if any; one inside a bare word ("it's", x "y") opens none. */
function openQuote(before: string): string | null {
  let open: string | null = null;
  for (let i = 0; i < before.length; i++) {
    const char = before[i]!;
    if (open === '"' && char === "\\") i++;
    else if (open !== null) open = char === open ? null : open;
    else if ((char === '"' || char === "'") && beginsValue(before.slice(0, i))) open = char;
  }
  return open;
}

function beginsValue(before: string): boolean {
  return blockValue.test(before) || (insideFlow.test(before) && flowValue.test(before));
}

/** Reads back as a scalar with the same text: a number or true keeps its type, as everywhere in these suites. */
function isPlain(value: string): boolean {
  if (/[,[\]{}]/.test(value)) return false;
  try {
    const read: unknown = load(value);
    return typeof read === "string" ? read === value : typeof read !== "object" && !value.includes("#");
  } catch {
    return false;
  }
}
