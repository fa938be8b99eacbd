import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, isAbsolute, join, resolve } from "node:path";
import type { HarnessAdapter } from "../workloads/adapter.ts";
import { RunError } from "./runError.ts";

type Tool = Pick<HarnessAdapter, "name" | "executable" | "install">;

/** `LLMBENCH_VLLM_BENCHMARK_PATH`: where a harness is when it is not on PATH, e.g. in a virtual environment. */
export function pathVariable(harness: string): string {
  return `LLMBENCH_${harness.toUpperCase().replaceAll("-", "_")}_PATH`;
}

/** Path of the harness on this machine; null where it is not installed. @throws RunError for a variable that leads nowhere */
export function installedAt({ name, executable }: Tool, env: NodeJS.ProcessEnv = process.env): string | null {
  const variable = pathVariable(name);
  const given = env[variable];
  if (given !== undefined && given !== "") {
    const path = isAbsolute(given) ? given : resolve(given);
    if (basename(path) === executable && isExecutable(path)) return path;
    throw new RunError(
      `${variable} is ${JSON.stringify(given)}, which is no program named "${executable}"; correct it`,
    );
  }
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, executable)).find(isExecutable) ?? null;
}

/** @throws RunError that says how to install it */
export function executableOf(tool: Tool): string {
  const path = installedAt(tool);
  if (path !== null) return path;
  throw new RunError(
    `harness ${tool.name} is not installed here: there is no "${tool.executable}" on PATH; run: ${tool.install} ` +
      `(or set ${pathVariable(tool.name)} to the program), or choose harness llmbench`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
