import { methodsOf } from "./availability.ts";
import type { LlmdConfig } from "./llmdSchema.ts";
import type { Method } from "./scenario.ts";
import type { Config, EngineConfig, TargetConfig } from "./schema.ts";
import { UserError } from "./userError.ts";

/** One target's configuration after inheritance, and where each of its keys was written. */
export interface TargetSource {
  readonly name: string;
  readonly url: string | undefined;
  readonly servedModel: string | undefined;
  readonly metricsUrls: readonly string[] | undefined;
  readonly method: Method;
  readonly gpu: string | undefined;
  readonly gpuCount: number | undefined;
  readonly model: string | undefined;
  readonly engine: EngineConfig;
  readonly llmd: LlmdConfig;
  readonly simulator: NonNullable<Config["simulator"]>;
  /** Its engine is ours, without a GPU: method simulated, or llm-d where no node has one. */
  readonly simulated: boolean;
  /** Key as the user wrote it: "gpu" when inherited, "targets[1].gpu" when given by the target itself. */
  key(name: TargetKey, inner?: string): string;
  /** Was it given by the target itself? */
  own(name: TargetKey): boolean;
}
type TargetKey = keyof TargetConfig;

/** A stack without `targets` has one, made of the top-level keys. */
export function targetSources(config: Config, file: string): TargetSource[] {
  if (!config.targets) return [source(config, null, null)];
  const seen = new Map<string, number>();
  return config.targets.map((target, index) => {
    const before = seen.get(target.name);
    if (before !== undefined) {
      throw new UserError({
        key: `targets[${index}].name`,
        value: target.name,
        file,
        allowed: null,
        reason: `targets[${before}] has the same name, and results are kept by name`,
        next: "Give each target a name of its own.",
      });
    }
    seen.set(target.name, index);
    return source(config, target, index);
  });
}

function source(config: Config, target: TargetConfig | null, index: number | null): TargetSource {
  const own = (name: TargetKey) => target?.[name] !== undefined;
  const model = target?.model ?? config.model;
  const url = target?.url;
  // A URL says "existing" unless the target itself says otherwise; the top-level method is about the targets without one.
  const method = target?.method ?? (url ? "existing" : (config.method ?? defaultMethod(config.platform)));
  return {
    name: target?.name ?? defaultName(model),
    url,
    servedModel: target?.servedModel,
    metricsUrls: target?.metricsUrls,
    method,
    simulated: method === "simulated" || (method === "llm-d" && config.platform === "kind"),
    gpu: target?.gpu ?? config.gpu,
    gpuCount: (target?.gpuCount ?? config.gpuCount) || undefined,
    model,
    engine: { ...config.engine, ...target?.engine },
    llmd: mergedLlmd(config.llmd ?? {}, target?.llmd ?? {}),
    simulator: { ...config.simulator, ...target?.simulator },
    key: (name, inner) => {
      const fromTarget = inner ? has(target?.[name], inner) : own(name) || name === "url" || name === "servedModel";
      const path = inner ? `${name}.${inner}` : name;
      return index !== null && fromTarget ? `targets[${index}].${path}` : path;
    },
    own,
  };
}

/** Key by key, within the roles too: a target that wants another number of decode pods keeps the rest. */
function mergedLlmd(all: LlmdConfig, own: LlmdConfig): LlmdConfig {
  const inner = (["endpointPicker", "decode", "prefill"] as const).filter((key) => all[key] ?? own[key]);
  return { ...all, ...own, ...Object.fromEntries(inner.map((key) => [key, { ...all[key], ...own[key] }])) };
}

/** Does the value have this place, such as "decode.replicas" or "faults[0]"? */
function has(value: unknown, path: string): boolean {
  let found = value;
  for (const step of path.split(".")) {
    const name = step.replace(/\[.*$/, "");
    if (typeof found !== "object" || found === null || !(name in found)) return false;
    found = (found as Record<string, unknown>)[name];
  }
  return true;
}

function defaultMethod(platform: Config["platform"]): Method {
  return methodsOf[platform].includes("standalone") ? "standalone" : "simulated";
}

function defaultName(model: string | undefined): string {
  const name = (model?.split("/").at(-1) ?? "engine").toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return (
    name
      .replace(/^[^a-z]+/, "")
      .slice(0, 30)
      .replace(/-+$/, "") || "engine"
  );
}
