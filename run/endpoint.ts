import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { request } from "undici";
import { simulatorConfig } from "../scenario/roofline.ts";
import type { ExistingTarget, Scenario, SimulatedTarget } from "../scenario/scenario.ts";
import { startChild, stopChild } from "./childProcess.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunError } from "./runError.ts";

/** Where the engine under test answers. The key travels beside it, never in a file. */
export interface Endpoint {
  readonly url: string;
  readonly servedModel: string;
  readonly apiKey: string | null;
  close(): Promise<void>;
}

const readySeconds = 15;

/** Starts the simulated engine of a target and waits until it answers. */
export async function startSimulator(target: SimulatedTarget, scenario: Scenario, folder: string): Promise<Endpoint> {
  const config = simulatorConfig(target, { seed: scenario.seed });
  const file = join(folder, "setup", "simulator.json");
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  let listening: (url: string) => void = () => {};
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const child = startChild(join(projectRoot, "simulator", "main.ts"), ["--config", file], (line) => {
    if (line.startsWith('{"listening"')) listening(JSON.parse(line).listening);
  });
  const timeout = AbortSignal.timeout(readySeconds * 1000);
  const failed = Promise.race([
    child.exit.then((exit) => `it ended with code ${exit.code}: ${child.errorLines.slice(-3).join(" | ")}`),
    new Promise<string>((resolve) =>
      timeout.addEventListener("abort", () => resolve(`no answer in ${readySeconds} s`)),
    ),
  ]);
  const answer = await Promise.race([url, failed.then((why) => ({ why }))]);
  if (typeof answer !== "string") {
    await stopChild(child, 1000);
    throw new RunError(`the simulated engine of target "${target.name}" did not start: ${answer.why}`);
  }
  return {
    url: answer,
    servedModel: config.model,
    apiKey: null,
    close: async () => void (await stopChild(child, 2000)),
  };
}

/** Checks, before any load, that an engine deployed by other means answers and serves the model that is asked for. */
export async function reachExisting(target: ExistingTarget, apiKey: string | null): Promise<Endpoint> {
  const where = `${target.url.replace(/\/+$/, "").replace(/\/v1$/, "")}`;
  const next = `check "url", "servedModel" and the secret "apiKeys" of target "${target.name}"`;
  const response = await request(`${where}/v1/models`, {
    headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(readySeconds * 1000),
  }).catch((error: Error & { code?: string }) => {
    const cause = error.name === "TimeoutError" ? `no answer in ${readySeconds} s` : error.message || error.code;
    throw new RunError(`target "${target.name}" cannot be reached at ${where}/v1/models: ${cause}; ${next}`);
  });
  if (response.statusCode !== 200) {
    await response.body.dump();
    throw new RunError(`target "${target.name}": ${where}/v1/models answers ${response.statusCode}; ${next}`);
  }
  const body = (await response.body.json().catch(() => null)) as { data?: { id?: string }[] } | null;
  const served = (body?.data ?? []).map((model) => model.id);
  if (!served.includes(target.servedModel)) {
    throw new RunError(
      `target "${target.name}" does not serve "${target.servedModel}"; ${where} serves: ${served.join(", ") || "nothing that it lists"}; ${next}`,
    );
  }
  return { url: where, servedModel: target.servedModel, apiKey, close: async () => {} };
}
