import { gpuNames } from "./availability.ts";
import { checkCluster, checkLocalMode } from "./clusterChecks.ts";
import { gpus } from "./gpus.ts";
import { countsTokens, defaultHarness, sendsApiKey } from "./harnesses.ts";
import { checkLlmdTargets } from "./llmdScenarioChecks.ts";
import { nearest } from "./nearest.ts";
import type { Target } from "./scenario.ts";
import type { Config } from "./schema.ts";
import { isSimulated } from "./simulated.ts";
import type { SecretsPresent } from "./target.ts";
import type { TargetSource } from "./targetSource.ts";
import { checkTogether } from "./togetherChecks.ts";
import { type Problem, UserError } from "./userError.ts";

/** What concerns the scenario as a whole, once each target is sound on its own; throws the first UserError. */
export function checkScenario(
  config: Config,
  sources: readonly TargetSource[],
  targets: readonly Target[],
  secrets: SecretsPresent,
  file: string,
): void {
  const fail = (problem: Omit<Problem, "file">): never => {
    throw new UserError({ ...problem, file });
  };
  const names = targets.map(({ name }) => name);

  for (const key of secrets.apiKeyNames ?? []) {
    const target = targets.find(({ name }) => name === key);
    if (target?.method === "existing") continue;
    const meant = nearest(key, names);
    fail({
      key: `apiKeys.${key}`,
      value: "(hidden)",
      reason: target
        ? `target ${key} is ${target.method}, and only existing engines have keys`
        : "no target has that name",
      allowed: names.join(", "),
      next: meant && !target ? `Did you mean ${meant}?` : "Remove the key.",
    });
  }

  for (const name of Object.keys(config.prices ?? {})) {
    const known = gpus.map((gpu) => gpu.name);
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    fail({
      key: `prices.${name}`,
      value: config.prices![name],
      reason: "no such GPU is known",
      allowed: gpuNames(gpus),
      next: meant ? `Did you mean "${meant}"?` : "Remove it.",
    });
  }

  if (config.modelSpec && !sources.some(({ model }) => model === "custom"))
    fail({
      key: "modelSpec",
      value: config.modelSpec.name,
      allowed: null,
      reason: "it describes the model named custom, and nothing uses that",
      next: "Set model to custom, or remove modelSpec.",
    });

  if (config.simulator && !targets.some(isSimulated))
    fail({
      key: "simulator",
      value: config.simulator,
      allowed: null,
      reason: "no engine of this stack is simulated",
      next: "Remove it, or set method to simulated.",
    });

  if (config.engine && targets.every(({ method }) => method === "existing"))
    fail({
      key: "engine",
      value: config.engine,
      allowed: null,
      reason: "every engine of this stack runs already and cannot be set up from here",
      next: "Remove it.",
    });

  checkSimulated(config, targets, fail);
  if (config.platform === "local") checkLocal(config, fail);
  checkLlmdTargets(config, sources, targets, fail);
  checkCluster(config, sources, targets, secrets, fail);
  checkHarness(config, targets, fail);
  checkTogether(config, targets, fail);
}

function checkLocal(config: Config, fail: (problem: Omit<Problem, "file">) => never): void {
  if (config.cluster)
    fail({
      key: "cluster",
      value: config.cluster,
      allowed: null,
      reason: "platform local uses no cluster",
      next: "Remove it, or choose platform gke, ocp or kind.",
    });
  checkLocalMode(config, fail);
  const unused = (
    ["namespace", "image", "imagePullSecret", "serviceAccount", "cpu", "memory", "pvcSize"] as const
  ).find((key) => config.harnessSettings?.[key] !== undefined);
  if (unused)
    fail({
      key: `harnessSettings.${unused}`,
      value: config.harnessSettings?.[unused],
      allowed: "waitTimeoutSeconds, tokenizer",
      reason: "on platform local the load generator is a process of this machine, without image, volume or limits",
      next: "Remove it.",
    });
}

/** Keys that only a deployed vLLM understands; one that all targets inherit may be meant for another of them. */
function checkSimulated(
  config: Config,
  targets: readonly Target[],
  fail: (problem: Omit<Problem, "file">) => never,
): void {
  const local = config.platform === "local";
  const without = [...(["image", "version", "extraArgs", "sharedMemory"] as const), ...(local ? podKeys : [])];
  const check = (engine: Config["engine"], prefix: string) => {
    const key = without.find((name) => engine?.[name] !== undefined);
    if (key === undefined) return;
    const onlyLocal = podKeys.some((name) => name === key);
    fail({
      key: `${prefix}engine.${key}`,
      value: engine?.[key],
      allowed: null,
      reason: onlyLocal
        ? "on platform local the simulated engine is a process of this machine, without limits"
        : "the engine is simulated and has no such setting",
      next: onlyLocal ? "Remove it." : "Remove it, or set method to standalone.",
    });
  };
  if (targets.every((target) => isSimulated(target) || target.method === "existing")) check(config.engine, "");
  config.targets?.forEach((target, index) => {
    if (targets[index] && isSimulated(targets[index])) check(target.engine, `targets[${index}].`);
  });
}

const podKeys = ["cpu", "memory"] as const;

function checkHarness(
  config: Config,
  targets: readonly Target[],
  fail: (problem: Omit<Problem, "file">) => never,
): void {
  const { tokenizer } = config.harnessSettings ?? {};
  const harness = config.harness ?? defaultHarness(config.platform);
  if (tokenizer !== undefined && !countsTokens(harness))
    fail({
      key: "harnessSettings.tokenizer",
      value: tokenizer,
      allowed: null,
      reason: `harness ${harness} needs none: ${harness === "nop" ? "it sends nothing" : "the engine counts the tokens"}`,
      next: "Remove it.",
    });
  const keyed = targets.find((target) => target.method === "existing" && target.hasApiKey);
  if (keyed && !sendsApiKey(harness))
    fail({
      key: "harness",
      value: harness,
      allowed: "any other harness",
      reason: `it cannot send an API key, and target ${keyed.name} wants one`,
      next: "Choose another harness.",
    });
  const open = targets.find(({ method }) => method !== "existing");
  if (config.cluster?.expose === true && open && !sendsApiKey(harness))
    fail({
      key: "cluster.expose",
      value: true,
      allowed: `false with harness ${harness}`,
      reason: `${harness} cannot send an API key, so engine ${open.name} would have none, and anybody could use it from outside`,
      next: "Remove it, or choose another harness.",
    });
  if (tokenizer !== undefined && config.platform !== "local" && /^(\.{1,2}|~)(\/|$)/.test(tokenizer))
    fail({
      key: "harnessSettings.tokenizer",
      value: tokenizer,
      allowed: "a name on the Hugging Face hub, or the absolute path of a folder in the load generator's image",
      reason: "the load generator runs in a pod, which has no folder of this machine",
      next: "Use a name on the hub.",
    });
  if (harness !== "nop") return;
  const target = targets.find(({ method }) => method !== "standalone");
  if (target)
    fail({
      key: "harness",
      value: "nop",
      allowed: "any other harness",
      reason:
        target.method === "llm-d"
          ? `it reads the start-up log of one vLLM, and target ${target.name} is an llm-d, whose pods start side by side`
          : `it reads the start-up log of a vLLM that this stack deploys, and target ${target.name} is ${target.method}`,
      next: "Choose another harness, or method standalone.",
    });
  if ((config.repetitions ?? 1) > 1)
    fail({
      key: "repetitions",
      value: config.repetitions,
      allowed: "1",
      reason: "harness nop measures one start-up, and an engine starts once per deployment",
      next: "Remove it.",
    });
}
