import { gpusOf, methodsOf, whyNotMethod } from "./availability.ts";
import { resolveEngine } from "./engineChecks.ts";
import { memoryFit } from "./fit.ts";
import { checkFit } from "./fitCheck.ts";
import { findGpu, type Gpu, gpus } from "./gpus.ts";
import { resolveGpu, resolveModel } from "./hardware.ts";
import { resolveLlmd } from "./llmdSettings.ts";
import { findModel } from "./models.ts";
import { priceOf } from "./prices.ts";
import type { ExistingTarget, SimulatorSettings, Target } from "./scenario.ts";
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
  if (source.method === "existing") return existing(source, config, secrets, file);
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
    const next = "Choose one of these, or platform gke or ocp.";
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

function existing(source: TargetSource, config: Config, secrets: SecretsPresent, file: string): ExistingTarget {
  const url = endpointUrl(source, file);
  if (source.own("engine")) {
    const reason = "the engine at the url runs already and cannot be set up from here";
    throw new UserError({
      key: source.key("engine"),
      value: source.engine,
      reason,
      allowed: null,
      file,
      next: "Remove it.",
    });
  }
  const servedModel = source.servedModel ?? servedName(source, config, file);
  // Hardware of an existing engine is a label and a price, so an unknown name is a mistake worth stopping at; absence is not.
  const gpu: Gpu | null = source.gpu === undefined ? null : (findGpu(source.gpu) ?? resolveGpu(source, "ocp", file));
  const names = secrets.apiKeyNames;
  return {
    method: "existing",
    name: source.name,
    url,
    servedModel,
    gpu,
    hasApiKey: names === null || names.includes(source.name),
    gpuCount: gpu ? (source.gpuCount ?? 1) : null,
    price: gpu ? priceOf(config.platform, gpu, config.prices ?? {}) : null,
  };
}

function servedName(source: TargetSource, config: Config, file: string): string {
  if (source.model !== undefined) return (findModel(source.model) ?? resolveModel(source, config, file)).name;
  throw new UserError({
    key: source.key("servedModel"),
    value: undefined,
    allowed: null,
    file,
    reason: "requests to an existing engine must name the model it serves (see its /v1/models)",
    next: `Add servedModel to target ${source.name}, or model.`,
  });
}

/** Scheme, host, port and prefix; "/v1" and slashes at the end are dropped, since the load generator adds them. */
function endpointUrl(source: TargetSource, file: string): string {
  const key = source.key("url");
  const allowed = "http://host:port or https://host, with a path if need be";
  if (source.url === undefined) {
    const next = "List the engine under targets with name and url, or choose another method.";
    throw new UserError({ key, value: undefined, reason: "method existing needs an address", allowed, file, next });
  }
  const url = URL.parse(source.url);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UserError({
      key,
      value: source.url,
      reason: "it is no HTTP address",
      allowed,
      file,
      next: "Correct the address.",
    });
  }
  if (url.username || url.password || url.search || url.hash) {
    const reason = "user, password, query and fragment have no place in it, and would end up in results";
    const next = `Put a key into the secret: pulumi config set --secret --path llm-bench:apiKeys.${source.name}`;
    throw new UserError({ key, value: `${url.origin}/... (rest hidden)`, reason, allowed, file, next });
  }
  return (url.origin + url.pathname).replace(/\/+$/, "").replace(/\/v1$/, "");
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
