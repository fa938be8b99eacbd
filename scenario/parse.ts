import { clusterOf } from "./clusterSettings.ts";
import { type RawConfig, secretKeys } from "./config.ts";
import { criteriaOf } from "./criteriaOf.ts";
import { freeze } from "./freeze.ts";
import { defaultHarness, defaultWorkload } from "./harnesses.ts";
import { missingAtUp } from "./missingAtUp.ts";
import type { HarnessSettings, Scenario, Target } from "./scenario.ts";
import { checkScenario } from "./scenarioChecks.ts";
import { type Config, configSchema } from "./schema.ts";
import { checkShape, pathText } from "./schemaProblems.ts";
import { resolveTarget } from "./target.ts";
import { type TargetSource, targetSources } from "./targetSource.ts";
import { ScenarioError, UserError } from "./userError.ts";

/** Several targets are there to be compared: five runs each tell 10 % apart, and one run each tells nothing. */
const COMPARED = 5;

/**
 * Configuration -> frozen Scenario: shapes first, then each target, then what concerns the whole. Throws ScenarioError with every
 * problem of the first stage that has one. With `tokens: "warn"`, for previews, what is merely not there yet (the token of a gated model)
 * becomes `scenario.warnings`. Profiles are checked by `workloadOf` in workloads/, which must be called before anything runs.
 */
export function parseScenario(
  raw: RawConfig,
  source: { readonly stack: string; readonly file: string },
  { tokens }: { readonly tokens: "required" | "warn" } = { tokens: "required" },
): Scenario {
  const { file } = source;
  const locate = (path: readonly PropertyKey[]) => ({ file, key: pathText(path) });
  const checked = checkShape(configSchema, raw.values, { locate, place: "under config", alsoKnown: secretKeys });
  if ("problems" in checked) throw new ScenarioError(checked.problems);
  const config = checked.value;
  const sources = collect([() => targetSources(config, file)])[0]!;
  const targets = collect(sources.map((target) => () => resolveTarget(target, config, raw, file)));
  collect([() => checkScenario(config, sources, targets, raw, file)]);
  const [criteria] = collect([() => criteriaOf(config, file)]);
  const harness = harnessOf(config);
  const missing = missingAtUp(sources, targets, harness, raw, file);
  if (missing.length > 0 && tokens === "required") throw new ScenarioError(missing);
  return freeze({
    stack: source.stack,
    name: scenarioName(config, sources[0]!, targets[0]!),
    platform: config.platform,
    targets: targets as [Target, ...Target[]],
    harness,
    workload: {
      profile: config.workload ?? defaultWorkload(config.platform, harness.name),
      overrides: config.workloadOverrides ?? {},
    },
    repetitions: config.repetitions ?? (targets.length > 1 && harness.name !== "nop" ? COMPARED : 1),
    together: config.together ?? false,
    seed: config.seed ?? 1,
    mode: config.mode ?? "benchmark",
    cluster: clusterOf(config),
    warnings: missing.map(({ message }) => message),
    criteria: criteria!,
  });
}

/** Results of all steps, or one ScenarioError with what each failed step said; what two targets inherit is said once. */
function collect<T>(steps: readonly (() => T)[]): T[] {
  const problems = new Map<string, UserError>();
  const results: T[] = [];
  for (const step of steps) {
    try {
      results.push(step());
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.set(error.message, error);
    }
  }
  if (problems.size > 0) throw new ScenarioError([...problems.values()]);
  return results;
}

function scenarioName(config: Config, source: TargetSource, target: Target): string {
  const hardware = target.gpu?.name ?? "unknown";
  const model = target.method === "existing" ? (source.model ?? target.servedModel) : target.model.alias;
  return [config.platform, hardware, target.method, model.split("/").at(-1)!.toLowerCase()].join("_");
}

function harnessOf({ platform, harness, harnessSettings = {}, cluster = {} }: Config): HarnessSettings {
  return {
    name: harness ?? defaultHarness(platform),
    waitTimeoutSeconds: harnessSettings.waitTimeoutSeconds ?? 3600,
    namespace: harnessSettings.namespace ?? cluster.namespace ?? "llmdbench",
    image: harnessSettings.image ?? null,
    imagePullSecret: harnessSettings.imagePullSecret ?? null,
    tokenizer: harnessSettings.tokenizer ?? null,
    serviceAccount: harnessSettings.serviceAccount ?? null,
    cpu: harnessSettings.cpu ?? 16,
    memory: harnessSettings.memory ?? "32Gi",
    pvcSize: harnessSettings.pvcSize ?? "20Gi",
  };
}
