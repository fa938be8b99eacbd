import { findGpu, type Gpu } from "./gpus.ts";
import { resolveGpu, resolveModel } from "./hardware.ts";
import { defaultHarness } from "./harnesses.ts";
import { findModel } from "./models.ts";
import { priceOf } from "./prices.ts";
import type { ExistingTarget } from "./scenario.ts";
import type { Config } from "./schema.ts";
import type { SecretsPresent } from "./target.ts";
import type { TargetSource } from "./targetSource.ts";
import { UserError } from "./userError.ts";

/** An engine that runs already: only where it is, what it serves and what it costs can be said of it. */
export function existingTarget(
  source: TargetSource,
  config: Config,
  secrets: SecretsPresent,
  file: string,
): ExistingTarget {
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
  const metricsUrls = source.metricsUrls && metricsAddresses(source, source.metricsUrls, config, file);
  const servedModel = source.servedModel ?? servedName(source, config, file);
  // Hardware of an existing engine is a label and a price, so an unknown name is a mistake worth stopping at; absence is not.
  const gpu: Gpu | null = source.gpu === undefined ? null : (findGpu(source.gpu) ?? resolveGpu(source, "ocp", file));
  const names = secrets.apiKeyNames;
  return {
    method: "existing",
    name: source.name,
    url,
    servedModel,
    ...(metricsUrls === undefined ? {} : { metricsUrls }),
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

function metricsAddresses(source: TargetSource, urls: readonly string[], config: Config, file: string): string[] {
  const harness = config.harness ?? defaultHarness(config.platform);
  if (harness !== "llmbench") {
    const reason = `harness ${harness} does not ask engines for their metrics`;
    const next = "Remove it, or set harness to llmbench.";
    throw new UserError({ key: source.key("metricsUrls"), value: urls, reason, allowed: null, file, next });
  }
  return urls.map((given, index) => {
    const key = `${source.key("metricsUrls")}[${index}]`;
    const allowed = "http://host:port/metrics, with https and another path if need be";
    const url = URL.parse(given);
    if (!url || !/^https?:$/.test(url.protocol)) {
      const reason = "it is no HTTP address";
      throw new UserError({ key, value: given, reason, allowed, file, next: "Correct the address." });
    }
    if (url.username || url.password || url.search || url.hash) {
      const reason = "user, password, query and fragment have no place in it, and would end up in results";
      const value = `${url.origin}/... (rest hidden)`;
      const next = "Give an address that answers without them, or remove it.";
      throw new UserError({ key, value, reason, allowed, file, next });
    }
    if (urls.indexOf(given) < index) {
      const reason = "it is listed twice, and would be counted twice";
      throw new UserError({ key, value: given, reason, allowed: null, file, next: "List each address once." });
    }
    return url.href;
  });
}
