import { gpusOf, methodsOf, whyNotMethod } from "./availability.ts";
import { resolveEngine } from "./engineChecks.ts";
import { existingTarget } from "./existingTarget.ts";
import { memoryFit } from "./fit.ts";
import { checkFit } from "./fitCheck.ts";
import { gpus } from "./gpus.ts";
import { resolveGpu, resolveModel } from "./hardware.ts";
import { resolveLlmd } from "./llmdSettings.ts";
import { priceOf } from "./prices.ts";
import type { SimulatorSettings, Target } from "./scenario.ts";
import type { Config } from "./schema.ts";
import type { TargetSource } from "./targetSource.ts";
import { UserError } from "./userError.ts";

/** What is checked about secrets: that they are there. */
export interface SecretsPresent {
  readonly hasHfToken: boolean;
  readonly hasClusterToken: boolean;
  readonly apiKeyNames: readonly string[] | null;
}

/** Builds and cross-checks one target; throws the first UserError found, in the order a reader would want to hear them. */
export function resolveTarget(source: TargetSource, config: Config, secrets: SecretsPresent, file: string): Target {
  checkMethod(source, config, file);
  if (source.method === "existing") return existingTarget(source, config, secrets, file);
  const model = resolveModel(source, config, file);
  const gpu = resolveGpu(source, config.platform, file);
  const choices = source.simulated ? gpus : gpusOf(config.platform);
  const price = priceOf(config.platform, gpu, config.prices ?? {});
  const simulator = source.simulated ? simulatorSettings(source, file) : null;
  if (source.method === "llm-d") {
    const settings = resolveLlmd(source, config.platform, { gpu, model, choices }, simulator, file);
    return { method: "llm-d", name: source.name, model, gpu, price, ...settings };
  }
  const { engine, gpuCount } = resolveEngine(source, gpu, model, file);
  checkFit(source, gpu, model, engine, choices, file);
  const deployed = { name: source.name, model, gpu, gpuCount, engine, fit: memoryFit(gpu, model, engine), price };
  return simulator === null ? { method: "standalone", ...deployed } : { method: "simulated", ...deployed, simulator };
}

function checkMethod(source: TargetSource, { platform }: Config, file: string): void {
  const allowed = methodsOf[platform];
  const key = source.key("method");
  if (!allowed.includes(source.method)) {
    const reason = whyNotMethod[platform === "local" ? "local" : "kind"];
    const next = `Choose one of these, or platform ${source.method === "llm-d" ? "kind, gke or ocp" : "gke or ocp"}.`;
    throw new UserError({ key, value: source.method, reason, allowed: allowed.join(", "), file, next });
  }
  if (source.url !== undefined && source.method !== "existing") {
    const reason = `${source.key("url")} points at an engine that runs already`;
    const next = "Remove the url, or the method.";
    throw new UserError({ key, value: source.method, reason, allowed: "existing", file, next });
  }
  if (source.servedModel !== undefined && source.method !== "existing") {
    const reason = `a ${source.method} engine serves its model under the model's own name`;
    const next = "Remove it, or give the target a url.";
    throw new UserError({
      key: source.key("servedModel"),
      value: source.servedModel,
      reason,
      allowed: null,
      file,
      next,
    });
  }
  if (source.metricsUrls !== undefined && source.method !== "existing") {
    const reason = `where a ${source.method} engine tells its metrics is known`;
    const next = "Remove it, or give the target a url.";
    const value = source.metricsUrls;
    throw new UserError({ key: source.key("metricsUrls"), value, reason, allowed: null, file, next });
  }
  if (source.own("llmd") && source.method !== "llm-d") {
    const reason = `the target's method is ${source.method}, and only llm-d reads it`;
    const next = "Remove it, or set the target's method to llm-d.";
    throw new UserError({ key: source.key("llmd"), value: source.llmd, reason, allowed: null, file, next });
  }
  if (source.own("simulator") && !source.simulated) {
    const reason = `the engine is ${source.method === "existing" ? "an existing one" : "deployed"}, not simulated`;
    const next = "Remove it, or set the target's method to simulated.";
    throw new UserError({ key: source.key("simulator"), value: source.simulator, reason, allowed: null, file, next });
  }
}

function simulatorSettings(source: TargetSource, file: string): SimulatorSettings {
  const { speed = 1, slowdown = 1, faults = [] } = source.simulator;
  faults.forEach((fault, index) => {
    if ((fault.every === undefined) === (fault.requests === undefined)) {
      const reason =
        fault.every === undefined ? "it does not say which requests fail" : "every and requests exclude each other";
      const key = source.key("simulator", `faults[${index}]`);
      throw new UserError({ key, value: fault, reason, allowed: null, file, next: "Give either every or requests." });
    }
  });
  return { speed, slowdown, faults: faults as SimulatorSettings["faults"] };
}
