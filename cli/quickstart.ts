import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../run/projectRoot.ts";
import { CommandError } from "./commandError.ts";
import { preview } from "./preview.ts";
import { up } from "./up.ts";

export interface QuickstartOptions {
  readonly platform: string;
  readonly gpu?: string;
  readonly method?: string;
  readonly workload?: string;
  /** Write and check the stack, start nothing. */
  readonly preview: boolean;
  readonly verbose: boolean;
}

/**
 * `./bench quickstart MODEL...`: writes a stack file for one model, or for several side by side, and runs it. The file
 * stays, as the place where the scenario grows from here.
 */
export async function quickstart(models: readonly string[], options: QuickstartOptions): Promise<number> {
  const name = ["quickstart", options.platform, ...models]
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
  writeFileSync(file, text);
  process.stderr.write(`wrote Pulumi.${name}.yaml\n`);
  return options.preview
    ? preview(name, { verbose: options.verbose, manifests: false })
    : up(name, { retry: false, again: false, verbose: options.verbose });
}

function stackFileText(models: readonly string[], { platform, gpu, method, workload }: QuickstartOptions): string {
  const simulated = platform === "local" || platform === "kind";
  const lines = [
    "# yaml-language-server: $schema=./schema/stack.schema.json",
    "# Written by ./bench quickstart; yours to change.",
    "config:",
    `  llm-bench:platform: ${platform}`,
    `  llm-bench:gpu: ${gpu ?? "h100-80"}`,
    `  llm-bench:method: ${method ?? (simulated ? "simulated" : "standalone")}`,
    `  llm-bench:workload: ${workload ?? (simulated ? "local" : "concurrency-sweep")}`,
    ...(models.length === 1
      ? [`  llm-bench:model: ${models[0]}`]
      : [
          "  llm-bench:targets:",
          ...models.flatMap((model) => [`    - name: ${targetName(model)}`, `      model: ${model}`]),
        ]),
    ...(platform === "kind"
      ? ["  llm-bench:harnessSettings:", "    cpu: 0.5", "    memory: 512Mi", "    pvcSize: 1Gi"]
      : []),
  ];
  return `${lines.join("\n")}\n`;
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
