/**
 * API keys of engines by target name, from the secret `apiKeys` as the engine decrypted it. They go from here into the
 * environment of the load generator and nowhere else: not into outputs, files, logs or the scenario.
 */
export function apiKeysFrom(config: Readonly<Record<string, string>>): Record<string, string> {
  return JSON.parse(config["llm-bench:apiKeys"] ?? "{}") as Record<string, string>;
}
