import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../wire/propertyValue.ts";
import type { Settings } from "../settings.ts";

/** What helm said when it failed, without its own prefixes. */
export class HelmError extends Error {}

/**
 * Runs helm, of which the real provider holds the library: LLMBENCH_TEST_HELM names it, else the first on PATH. Kubeconfig
 * and values are files that nobody else can read, for arguments are seen by everybody. In the provider's process group, so
 * that a kill of the engine's group ends it in the middle, as it ends the library.
 * @throws HelmError
 */
export async function helm(
  settings: Settings,
  namespace: string,
  args: readonly string[],
  values: JsonObject | null = null,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "llm-bench-helm-"));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  try {
    const cluster =
      settings.kubeconfig === null ? [] : ["--kubeconfig", file("kubeconfig", settings.kubeconfig.exportConfig())];
    const given = values === null ? [] : ["--values", file("values.json", JSON.stringify(values))];
    return await run([...args, "--namespace", namespace, ...cluster, ...given], folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], folder: string): Promise<string> {
  const program = process.env.LLMBENCH_TEST_HELM || "helm";
  // Nothing of the user's own helm: neither repositories nor plugins.
  const homes = Object.fromEntries(
    ["CACHE", "CONFIG", "DATA"].map((what) => [`HELM_${what}_HOME`, join(folder, what)]),
  );
  const env = { ...process.env, ...homes, HELM_DRIVER: "secret" };
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT")
        reject(new Error(`there is no program ${program}: LLMBENCH_TEST_HELM names the helm that the stand-in runs`));
      else reject(new HelmError(saidBy(stderr) || error.message));
    });
  });
}

function saidBy(stderr: string): string {
  const [, message] = /Error: (?:INSTALLATION FAILED: |UPGRADE FAILED: )?([\s\S]*)$/.exec(stderr) ?? [];
  return (message ?? stderr).trim();
}
