import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { projectRoot } from "../run/projectRoot.ts";
import { readScenario } from "../run/readScenario.ts";
import { rawFromStackFile } from "../scenario/config.ts";
import { parseScenario } from "../scenario/parse.ts";
import { ScenarioError } from "../scenario/userError.ts";
import { CommandError } from "./commandError.ts";
import { preview } from "./preview.ts";
import { up } from "./up.ts";

export interface QuickstartOptions {
  readonly platform: string;
  readonly gpu?: string;
  readonly method?: string;
  readonly workload?: string;
  /** Several models: after each alone, all of them at once. */
  readonly together?: boolean;
  /** Write and check the stack, start nothing. */
  readonly preview: boolean;
  readonly verbose: boolean;
}

/**
 * `./bench quickstart MODEL...`: writes a stack file for one model, or for several side by side, and runs it. The file
 * stays, as the place where the scenario grows from here.
 */
export async function quickstart(models: readonly string[], options: QuickstartOptions): Promise<number> {
  // What else is asked for makes another scenario, which would not find its name taken.
  const kind = [options.method === "llm-d" ? "llm-d" : [], options.together ? "together" : []].flat();
  const name = ["quickstart", options.platform, ...kind, ...models]
    .join("-")
    .replace(/[^\w.-]/g, "-")
    .toLowerCase();
  const file = join(projectRoot, `Pulumi.${name}.yaml`);
  const text = stackFileText(models, options);
  if (existsSync(file) && readFileSync(file, "utf8") !== text) {
    throw new CommandError(
      `Pulumi.${name}.yaml is there already and says something else`,
      `run it as it is with ./bench up ${name}, or remove it`,
      2,
    );
  }
  // Checked before it is written: a wrong name leaves no file behind.
  readScenario(rawFromStackFile(text), name, "warn");
  writeFileSync(file, text);
  process.stderr.write(`wrote Pulumi.${name}.yaml\n`);
  return options.preview
    ? preview(name, { verbose: options.verbose, manifests: false })
    : up(name, { retry: false, again: false, verbose: options.verbose });
}

/** Text of a stack file for the models, each on as many GPUs as its weights need. */
export function stackFileText(models: readonly string[], options: QuickstartOptions): string {
  const { platform, gpu, method, workload, together = false } = options;
  const simulated = platform === "local" || platform === "kind";
  const shared = {
    platform,
    gpu: gpu ?? "h100-80",
    method: method ?? (simulated ? "simulated" : "standalone"),
    workload: workload ?? (simulated ? "local" : "concurrency-sweep"),
    // The default of these platforms is an image of others, whose profiles are its own; ours runs everywhere.
    ...(platform === "gke" || platform === "ocp" ? { harness: "llmbench" } : {}),
    ...(platform === "kind" ? { harnessSettings: { cpu: 0.5, memory: "512Mi", pvcSize: "1Gi" } } : {}),
  };
  const targets = models.map((model) => ({ name: targetName(model), model, ...parallelism(shared, model) }));
  const [{ name: _name, ...only } = { name: "" }] = targets;
  const config = { ...shared, ...(together ? { together } : {}), ...(targets.length === 1 ? only : { targets }) };
  const keys = Object.fromEntries(Object.entries(config).map(([key, value]) => [`llm-bench:${key}`, value]));
  return `# yaml-language-server: $schema=./schema/stack.schema.json
# Written by ./bench quickstart; yours to change.
${dump({ config: keys })}`;
}

/** The fewest GPUs on which the model fits; nothing where it fits on none, and the check of the stack will say why. */
function parallelism(
  shared: Readonly<Record<string, unknown>>,
  model: string,
): { engine?: { tensorParallel: number } } {
  const source = { stack: "quickstart", file: "Pulumi.quickstart.yaml" };
  for (const tensorParallel of [1, 2, 4, 8]) {
    const values = { ...shared, model, engine: { tensorParallel } };
    const raw = { values, hasHfToken: true, hasClusterToken: false, apiKeyNames: [] };
    try {
      parseScenario(raw, source);
      return tensorParallel === 1 ? {} : { engine: { tensorParallel } };
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
    }
  }
  return {};
}

/** Targets are named by a DNS label of at most 30 characters. */
function targetName(model: string): string {
  return model
    .split("/")
    .at(-1)!
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-")
    .slice(0, 30)
    .replace(/-+$/, "");
}
