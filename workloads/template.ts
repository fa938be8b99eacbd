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
  /** Asked for what `values` does not know; an empty value counts as none, as it always did in these templates. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A default may follow (v0.2.0, setup/functions.sh, render_string); it ends where a YAML value can end, or at the next token. */
const token = /REPLACE_ENV_(\w+)(?:\+\+\+\+default=((?:(?!REPLACE_ENV_)[^\s"',\]}])*))?/g;

/** Variables that hold secrets: what a profile says lies in files, ConfigMaps and reports. */
const secretName = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|CREDENTIALS?)(_|$)/i;

/**
 * A `*.yaml.in` with its tokens replaced. What is put in is one YAML value whatever it holds: "a: b" or a quote makes no new key. Whole-line
 * comments are left alone. Throws ScenarioError with each token that has no value, by line.
 */
export function renderTemplate(text: string, { file, values, env }: TemplateRequest): string {
  const problems: UserError[] = [];
  const lines = text.split("\n").map((line, index) => {
    if (line.trimStart().startsWith("#")) return line;
    return line.replace(token, (whole, name: string, fallback: string | undefined, at: number) => {
      const secret = secretName.test(name);
      const candidates = secret ? [] : [values[name], env[name], fallback];
      const value = candidates.find((candidate) => candidate !== undefined && candidate !== "");
      if (value !== undefined && !/[\r\n]/.test(value)) return written(value, line, at, whole.length);
      const reason = secret
        ? "it names a secret, and profiles lie in files and reports"
        : value === undefined
          ? "nothing gives this token a value"
          : `the value of ${name} has several lines`;
      problems.push(unresolved(name, reason, `${file}:${index + 1}`, Object.keys(values)));
      return whole;
    });
  });
  if (problems.length > 0) throw new ScenarioError(problems);
  return lines.join("\n");
}

function unresolved(name: string, reason: string, file: string, known: readonly string[]): UserError {
  const meant = nearest(name, known);
  return new UserError({
    key: `REPLACE_ENV_${name}`,
    value: undefined,
    file,
    reason,
    allowed: [...known].sort().join(", ") || null,
    next: secretName.test(name)
      ? "Remove it; the endpoint's key goes by apiKeys."
      : meant
        ? `Did you mean REPLACE_ENV_${meant}?`
        : `Set ${name} in the environment, or write REPLACE_ENV_${name}++++default=<value>.`,
  });
}

/** The value as it must stand at this place of the line: bare, or inside quotes that the template has around it. */
function written(value: string, line: string, at: number, length: number): string {
  const quote = openQuote(line.slice(0, at));
  if (quote === '"') return JSON.stringify(value).slice(1, -1);
  if (quote === "'") return value.replaceAll("'", "''");
  const alone = /(?:^|[:\-[{,]\s*)$/.test(line.slice(0, at)) && /^\s*(?:$|#|[,\]}])/.test(line.slice(at + length));
  return alone && !isPlain(value) ? JSON.stringify(value) : value;
}

/** The quote that is still open at the end of the text, if any; a quote inside a bare word ("it's") opens none. */
function openQuote(before: string): string | null {
  let open: string | null = null;
  for (let i = 0; i < before.length; i++) {
    const char = before[i]!;
    if (open === '"' && char === "\\") i++;
    else if (open !== null) open = char === open ? null : open;
    else if ((char === '"' || char === "'") && /(?:^|[\s:\-[{,])$/.test(before.slice(0, i))) open = char;
  }
  return open;
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
