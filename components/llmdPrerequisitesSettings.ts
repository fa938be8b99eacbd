import { z } from "zod";
import type { GatewayProvider } from "../scenario/llmd.ts";
import { gatewayProviders } from "../scenario/llmd.ts";
import { checkShape, pathText } from "../scenario/schemaProblems.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";

/** What a stack of the project llm-d-prerequisites says, after defaults and checks. */
export interface LlmdPrerequisitesSettings {
  /** Of the kubeconfig; "auto": the current one. */
  readonly context: string;
  readonly platform: (typeof platforms)[number];
  readonly gateway: GatewayProvider;
  readonly multiNode: boolean;
  /** URL, file or folder of the definitions; null: they are left to whoever brought them. */
  readonly gatewayApi: string | null;
  readonly inferenceApi: string | null;
  /** Folder or registry in place of the charts' homes; null: these. */
  readonly charts: string | null;
  /** Definitions may be deleted, and with them every object of their kinds in the cluster. */
  readonly removable: boolean;
}

export const prerequisitesProject = "llm-bench-llm-d-prerequisites";

const platforms = ["gke", "ocp", "kind"] as const;
const api = z.enum(["install", "leave"]);
const source = z.string().min(1).meta({ title: "a URL, a file or a folder" });

const schema = z.strictObject({
  context: z.string().min(1).default("auto"),
  platform: z.enum(platforms),
  gateway: z.enum(gatewayProviders).optional(),
  multiNode: z.boolean().default(false),
  gatewayApi: api.optional(),
  gatewayApiFrom: source.optional(),
  inferenceApi: api.optional(),
  inferenceApiFrom: source.optional(),
  charts: z.string().min(1).meta({ title: "a folder, oci:// or https://" }).optional(),
  removable: z.boolean().default(false),
});

/** As a scenario's default on this platform. */
const gateways = { gke: "gke", ocp: "istio", kind: "none" } as const;

/** Platforms that install and keep these definitions themselves, and put back what others change. */
const managed = { gatewayApi: ["gke", "ocp"], inferenceApi: ["gke"] } as const;

/** Where the project's makers publish the definitions of a release. */
export interface ReleaseFiles {
  readonly gatewayApi: string;
  readonly inferenceApi: string;
}

/**
 * @param allConfig as `pulumi.runtime.allConfig()` gives it: all text, empty where a key was not given
 * @throws ScenarioError with one line per mistake
 */
export function llmdPrerequisitesSettings(
  allConfig: Readonly<Record<string, string>>,
  stack: string,
  released: ReleaseFiles,
): LlmdPrerequisitesSettings {
  const file = `llm-d-prerequisites/Pulumi.${stack}.yaml`;
  const locate = (path: readonly PropertyKey[]) => ({ file, key: pathText(path) });
  const checked = checkShape(schema, valuesOf(allConfig), { locate, place: "under config" });
  if ("problems" in checked) throw new ScenarioError(checked.problems);
  const { value } = checked;
  const { context, platform, multiNode, removable } = value;
  const gateway = value.gateway ?? gateways[platform];
  if (gateway === "gke" && platform !== "gke") {
    throw new UserError({
      key: "gateway",
      value: gateway,
      reason: `platform ${platform} has no such gateway`,
      allowed: gatewayProviders.filter((name) => name !== "gke").join(", "),
      file,
      next: "Choose one of these, or leave gateway out.",
    });
  }
  const from = (key: "gatewayApi" | "inferenceApi"): string | null => {
    const given = value[`${key}From`];
    const isManaged = (managed[key] as readonly string[]).includes(platform);
    const chosen = value[key] ?? (gateway === "none" || isManaged ? "leave" : "install");
    if (chosen === "install") return given ?? released[key];
    if (given === undefined) return null;
    throw new UserError({
      key: `${key}From`,
      value: given,
      reason: `nothing is installed from it, since ${key} is "leave"`,
      allowed: null,
      file,
      next: `Set ${key} to "install", or leave ${key}From out.`,
    });
  };
  const [gatewayApi, inferenceApi] = [from("gatewayApi"), from("inferenceApi")];
  return { context, platform, gateway, multiNode, gatewayApi, inferenceApi, charts: value.charts ?? null, removable };
}

function valuesOf(allConfig: Readonly<Record<string, string>>): Record<string, unknown> {
  const flags = new Set(["multiNode", "removable"]);
  return Object.fromEntries(
    Object.entries(allConfig)
      .filter(([key, value]) => key.startsWith(`${prerequisitesProject}:`) && value !== "")
      .map(([qualified, value]) => {
        const key = qualified.slice(prerequisitesProject.length + 1);
        return [key, flags.has(key) && /^(true|false)$/.test(value) ? value === "true" : value];
      }),
  );
}
