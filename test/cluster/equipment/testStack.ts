import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { type EngineEvent, LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import { pulumiCommand } from "../../../cli/pulumiCli.ts";
import { withoutReadBack } from "../../../cli/withoutReadBack.ts";
import { pulumiHome } from "../../engine/pulumiHome.ts";
import { providersFolder } from "./providers/folder.ts";

/** To put first on PATH: the stand-ins, and the Node that runs them. */
export const providersPath = [providersFolder(), dirname(process.execPath)].join(delimiter);

/** What the engine needs to run with stand-ins, a state of its own and nothing from the network. */
export function standInEnvironment(state: string): Record<string, string> {
  return {
    PATH: [providersPath, process.env.PATH ?? ""].join(delimiter),
    PULUMI_HOME: pulumiHome(),
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "not empty",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

export interface Operation {
  /** Name of the resource -> what the engine did, in order: `create`, `update`, `delete-replaced`, ... without `same`. */
  readonly steps: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the engine wrote. */
  readonly output: string;
  /** Null: it went well. */
  readonly error: Error | null;
}

/** A stack whose program runs in this process, under the real engine with the stand-ins. */
export class TestStack {
  readonly folder = mkdtempSync(join(tmpdir(), "llm-bench-stack-"));
  program: PulumiFn = async () => undefined;
  #stack: Promise<Stack> | undefined;
  #outputs: Record<string, unknown> = {};

  preview(): Promise<Operation> {
    return this.#run(async (stack, onEvent, onOutput) => {
      await stack.preview({ onEvent, onOutput, onError: onOutput, diff: true });
      return {};
    });
  }

  up(): Promise<Operation> {
    return this.#run(async (stack, onEvent, onOutput) => {
      await stack.up({ onEvent, onOutput, onError: onOutput, diff: true });
      return this.#outputs;
    });
  }

  refresh(): Promise<Operation> {
    return this.#run(async (stack, onEvent, onOutput) => {
      await stack.refresh({ onEvent, onOutput, onError: onOutput });
      return {};
    });
  }

  destroy(): Promise<Operation> {
    return this.#run(async (stack, onEvent, onOutput) => {
      await stack.destroy({ onEvent, onOutput, onError: onOutput });
      return {};
    });
  }

  /** The state as the backend holds it on disk, secrets encrypted; `exportStack` would decrypt them. */
  state(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "stand-in", "test.json"), "utf8");
  }

  /** Values of the stack's configuration, e.g. `kubernetes:strictMode`. */
  async configure(key: string, value: string): Promise<void> {
    await (await this.#open()).setConfig(key, { value });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #open(): Promise<Stack> {
    this.#stack ??= this.#create();
    return this.#stack;
  }

  async #create(): Promise<Stack> {
    const state = join(this.folder, "state");
    mkdirSync(state);
    const stack = await LocalWorkspace.createStack(
      { projectName: "stand-in", stackName: "test", program: () => this.#exported() },
      {
        workDir: this.folder,
        envVars: standInEnvironment(state),
        pulumiCommand: await pulumiCommand(),
        projectSettings: { name: "stand-in", runtime: "nodejs", backend: { url: `file://${state}` } },
      },
    );
    return withoutReadBack(stack);
  }

  /** The program's outputs, read here: the CLI would be asked for them twice after each `up`. */
  async #exported(): Promise<Record<string, unknown>> {
    const outputs = (await this.program()) ?? {};
    pulumi.unsecret(pulumi.output(outputs)).apply((values) => {
      this.#outputs = values;
    });
    return outputs;
  }

  async #run(
    operation: (
      stack: Stack,
      onEvent: (event: EngineEvent) => void,
      onOutput: (text: string) => void,
    ) => Promise<Record<string, unknown>>,
  ): Promise<Operation> {
    const steps: Record<string, string[]> = {};
    let output = "";
    const onEvent = ({ resourcePreEvent }: EngineEvent) => {
      if (resourcePreEvent === undefined || resourcePreEvent.metadata.op === "same") return;
      const name = resourcePreEvent.metadata.urn.split("::").at(-1) as string;
      steps[name] = [...(steps[name] ?? []), resourcePreEvent.metadata.op];
    };
    const onOutput = (text: string) => {
      output += text;
    };
    try {
      const outputs = await operation(await this.#open(), onEvent, onOutput);
      return { steps, outputs, output, error: null };
    } catch (error) {
      return { steps, outputs: {}, output, error: error as Error };
    }
  }
}
