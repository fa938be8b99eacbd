import { createWriteStream, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import type { HarnessProcess } from "../workloads/adapter.ts";
import { type ForeignWorkload, plannedSeconds, processOf, tokenizerOf, workloadOf } from "../workloads/index.ts";
import { startChild } from "./childProcess.ts";
import { executableOf } from "./executable.ts";
import { ForeignProgress } from "./foreignProgress.ts";
import { versionWarning } from "./installedVersion.ts";
import { apiKeyEnv, type HarnessEnding, type LocalWork } from "./localWork.ts";
import { ownHarness } from "./ownProcess.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunError } from "./runError.ts";
import { waitForChild } from "./waitForChild.ts";

/** Files that are there before the harness, or whatever it does. */
const notItsOwn = ["engine.json", "pod_log_response.txt"];

/**
 * One run of an installed harness that is not ours. Its files go where a pod has them too; its log is kept without secrets.
 * @throws RunError when it is not installed, or cannot be run against this engine
 */
export async function runForeignProcess(work: LocalWork): Promise<HarnessEnding> {
  const { scenario, run, folder, endpoint, driver, onProgress } = work;
  const where = {
    url: endpoint.url,
    servedModel: endpoint.servedModel,
    apiKeyEnv: endpoint.apiKey === null ? null : apiKeyEnv,
  };
  const workload = workloadOf(scenario, run.target, where) as ForeignWorkload;
  const executable = executableOf(workload.adapter);
  for (const warning of versionWarning(workload.adapter)) driver.warn(warning);
  const configFolder = join(folder.path, "workload");
  const process = processOf(
    scenario,
    workload,
    { ...run, attempt: folder.attempt },
    {
      endpoint: where,
      tokenizer: tokenizerOf(scenario, run.target),
      configFolder,
      resultsFolder: folder.native,
    },
  );
  for (const [name, content] of Object.entries(process.files)) folder.write(`workload/${name}`, content);
  folder.write("setup/commands/harness.txt", commandText(process));
  const env = environment(work, process, executable);
  const asked = await identify(work);
  if (asked !== null) return asked;

  const secrets = [endpoint.apiKey, env.HF_TOKEN].filter((secret): secret is string => Boolean(secret));
  const seconds = plannedSeconds(workload);
  const progress = new ForeignProgress(workload.stages, workload.adapter.progressReader(workload.stages), (told) =>
    onProgress(told, seconds),
  );
  const log = createWriteStream(join(folder.native, "pod_log_response.txt"));
  const keep = (line: string) => void (progress.line(line) || log.write(`${withoutSecrets(line, secrets)}\n`));
  const [first, ...args] = process.command;
  const command = first === workload.adapter.executable ? executable : first;
  const child = startChild(join(projectRoot, "run", "guard.ts"), [command, ...args], keep, env, keep);
  const stopped = await waitForChild(child, {
    seconds: scenario.harness.waitTimeoutSeconds,
    graceSeconds: 20,
    signal: driver.signal,
  });
  progress.stop();
  log.end();
  await finished(log);
  const { code } = await child.exit;
  if (code === 0 && stopped === null) return { status: "complete", reason: null };
  const said = child.errorLines.map((line) => withoutSecrets(line.trim(), secrets)).filter((line) => line !== "");
  const why = `${workload.adapter.name} ended with code ${code}${said.length > 0 ? `: ${said.slice(-3).join(" ")}` : ""}`;
  const left = readdirSync(folder.native).some((name) => !notItsOwn.includes(name));
  return { status: left ? "partial" : "failed", reason: stopped ?? why.slice(0, 1000) };
}

/** As a person would type it; keys by the name of their variable. */
function commandText({ command, env, apiKeyEnv: variable }: HarnessProcess): string {
  const set = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  const key = variable === null ? [] : [`# ${variable}: the engine's API key, where it wants one`];
  return [...key, [...set, ...command.map(quoted)].join(" ")].join("\n");
}

export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function environment(
  { endpoint, hfToken }: LocalWork,
  process: HarnessProcess,
  executable: string,
): Record<string, string> {
  if (endpoint.apiKey !== null && process.apiKeyEnv === null) {
    throw new RunError("this harness cannot send an API key, and the engine wants one; choose another harness");
  }
  const token = hfToken ?? globalThis.process.env.HF_TOKEN ?? null;
  return {
    // Or it would tell of its progress by the kilobyte.
    PYTHONUNBUFFERED: "1",
    ...process.env,
    // Its interpreter and the programs that it calls lie beside it.
    PATH: `${dirname(executable)}:${globalThis.process.env.PATH ?? ""}`,
    ...(token === null ? {} : { HF_TOKEN: token }),
    ...(endpoint.apiKey === null || process.apiKeyEnv === null ? {} : { [process.apiKeyEnv]: endpoint.apiKey }),
  };
}

/** Asks the engine who it is, which these harnesses do not; null: it told, or need not. */
async function identify({ folder, endpoint, driver }: LocalWork): Promise<HarnessEnding | null> {
  const key = endpoint.apiKey === null ? [] : ["--api-key-env", apiKeyEnv];
  const args = ["--identify", endpoint.url, "--model", endpoint.servedModel, ...key, "--out", folder.native];
  const child = startChild(
    ownHarness,
    [...args, "--wait-ready", "60", "--progress", "none", "--end-with-stdin"],
    () => {},
    endpoint.apiKey === null ? {} : { [apiKeyEnv]: endpoint.apiKey },
  );
  const stopped = await waitForChild(child, { seconds: 90, graceSeconds: 5, signal: driver.signal });
  const { code } = await child.exit;
  if (code === 0) return null;
  const reason =
    stopped ?? (child.errorLines.slice(-3).join(" ").trim() || `the engine was asked in vain (code ${code})`);
  return { status: "failed", reason };
}

function withoutSecrets(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), line);
}
