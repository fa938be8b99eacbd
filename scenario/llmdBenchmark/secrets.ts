/*
 * Old scenario files carry tokens in plain text. Nothing that may be one is written into a stack file, which is committed, or shown on
 * a terminal, which in CI is a log that others read.
 */
const names = /(^|_)(TOKEN|PASSWORD|SECRET|API_KEY|CREDENTIALS?)$/;
const values =
  /\b(hf|ghp|gho|github_pat|glpat|sk)[_-]\w{8,}|sha256~\S+|\beyJ[\w-]{16,}|\/\/[^/\s:@]+:[^/\s@]+@|(?:token|password|secret|api[-_]?key)["']?\s*[=:\s]\s*["']?[\w~.+/-]{12,}/i;

/** By the name of a variable, without LLMDBENCH_. HF_TOKEN_NAME and HF_TOKEN_KEY only name where a token lies. */
export const isSecretName = (name: string): boolean => names.test(name);

export const holdsSecret = (text: string): boolean => values.test(text);
