import { extname } from "node:path";
import type { Scenario } from "../scenario/scenario.ts";
import { promptText, renderPlan } from "../workloads/index.ts";
import { barrierOf } from "../workloads/together.ts";
import {
  apiKeyEnv,
  configMount,
  fromSecret,
  type HarnessPod,
  harnessProgram,
  type ManifestRun,
  startSeconds,
  waitReadySeconds,
} from "./harnessPod.ts";
import { nodeImageOf } from "./images.ts";
import type { EngineEndpoint } from "./kubernetesObject.ts";
import { resultsMount, resultsPath } from "./names.ts";

/** The pod of our own load generator: its code, and a plan. */
export function ownHarness(scenario: Scenario, run: ManifestRun, endpoint: EngineEndpoint): HarnessPod {
  return {
    files: planFiles(scenario, run, endpoint),
    initContainers: [],
    image: nodeImageOf(scenario),
    command: [
      ...["node", harnessProgram],
      ...["--plan", `${configMount}/plan.json`],
      ...["--out", `${resultsMount}/${resultsPath(scenario, run)}`],
      ...["--progress", "json"],
      ...["--wait-ready", String(waitReadySeconds)],
      ...["--time-limit", String(scenario.harness.waitTimeoutSeconds)],
    ],
    // As PID 1 a process dies of SIGTERM only if it says so itself.
    sleeping: ["node", "-e", 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 60000);'],
    env: endpoint.apiKeySecret === null ? [] : [fromSecret(apiKeyEnv, { ...endpoint.apiKeySecret })],
    volumeMounts: [],
    volumes: [],
    temporary: "1Gi",
  };
}

/** The plan, and beside it the custom prompts that it names, if any. */
function planFiles(
  scenario: Scenario,
  run: ManifestRun,
  { url, servedModel, apiKeySecret, metricsUrls }: EngineEndpoint,
): Record<string, string> {
  const where = { url, servedModel, apiKeyEnv: apiKeySecret === null ? null : apiKeyEnv, metricsUrls };
  const { target, repetition, runId, attempt } = run;
  // All Jobs of a group are declared at once: the slowest needs as long as it may to start, and to find its engine.
  const barrier = barrierOf(run, resultsMount, startSeconds + waitReadySeconds);
  const plan = renderPlan(scenario, target, where, repetition, runId, attempt, barrier);
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  if (plan.data.type !== "file") return { "plan.json": json(plan) };
  const name = `prompts${extname(plan.data.path)}`;
  const data = { ...plan.data, path: `${configMount}/${name}` };
  return { "plan.json": json({ ...plan, data }), [name]: promptText(plan.data.path) };
}
