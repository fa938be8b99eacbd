import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { projectRoot } from "../run/projectRoot.ts";
import { stackNames } from "../run/stackFiles.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { backendEnvironment } from "./backend.ts";
import { CommandError } from "./commandError.ts";
import { explainEngineError } from "./explain.ts";
import { interruptController } from "./interrupt.ts";
import { pulumiCommand } from "./pulumiCli.ts";
import { exportedState, type RecordedState, readState } from "./recordedState.ts";
import { TerminalDriver } from "./terminalDriver.ts";

/**
 * Opens a stack with the program inline, in a temporary copy of Pulumi.yaml and the stack file: the engine rewrites
 * comments and appends an `encryptionsalt` to the file it is given, and a committed scenario must not change because it
 * ran. The copy is removed at the end of `use`; what the engine complains of becomes one message.
 * @param meanwhile work for the time until the stack is open
 */
export async function withStack<T>(
  name: string,
  use: (stack: Stack, state: RecordedState) => Promise<T>,
  driver = new TerminalDriver({ retry: false, interrupt: interruptController() }),
  meanwhile: () => Promise<void> = async () => {},
): Promise<T> {
  stackFile(name);
  // The CLI says its version in another process, while the SDK is loaded in this one.
  const [command, { LocalWorkspace, Stack }] = await Promise.all([
    pulumiCommand(),
    import("@pulumi/pulumi/automation/index.js"),
  ]);
  driver.status("starting the Pulumi engine, about 3 s");
  const workDir = mkdtempSync(join(tmpdir(), "llm-bench-"));
  let thrown: unknown = null;
  let running = false;
  try {
    for (const file of ["Pulumi.yaml", `Pulumi.${name}.yaml`]) cpSync(join(projectRoot, file), join(workDir, file));
    const program = async () => {
      running = true;
      try {
        return await (await import("../index.ts")).default(driver);
      } catch (error) {
        thrown = error;
        driver.failed();
        throw error;
      } finally {
        running = false;
      }
    };
    const env = backendEnvironment();
    const workspace = await LocalWorkspace.create({ workDir, program, envVars: env, pulumiCommand: command });
    const [state] = await Promise.all([
      exportedState(command.command, name, { cwd: workDir, env: { ...process.env, ...env } }),
      meanwhile(),
    ]);
    // That it is there is known by now.
    workspace.selectStack = async () => {};
    const stack = await Stack[state === null ? "create" : "select"](name, workspace);
    return await use(stack, readState(state));
  } catch (error) {
    // A registration that failed ends the engine's part and leaves the program waiting for it, or for a Job meanwhile.
    if (running && !driver.signal.aborted) await driver.abandon(10);
    if (error instanceof CommandError || isOurs(error)) throw error;
    // The engine repeats what our program threw, between a stack trace and its own words.
    throw isOurs(thrown) ? thrown : explainEngineError(error, name);
  } finally {
    driver.end();
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** To be done while a stack is opened, which is waiting: the engine will call the program in less than a second. */
export const programLoaded = (settings: ClusterSettings | null) => async (): Promise<void> => {
  await import("../index.ts");
  if (settings !== null) await import("../components/clusterBenchmark.ts");
};

/** Errors with a message for the user, as main.ts prints them. */
function isOurs(error: unknown): boolean {
  return ["ClusterError", "ScenarioError", "UserError", "RunError"].includes((error as Error | null)?.name ?? "");
}

/** Path of the stack's file, or an error that lists the stacks there are. */
export function stackFile(name: string): string {
  const file = join(projectRoot, `Pulumi.${name}.yaml`);
  if (/^[\w.-]+$/.test(name) && existsSync(file)) return file;
  throw new CommandError(
    `there is no stack "${name}": Pulumi.${name}.yaml does not exist`,
    `use one of: ${stackNames().join(", ")}`,
    2,
  );
}

/** Options of an engine call: its own words go to stderr when asked for, and nowhere otherwise. */
export function engineOutput({ verbose }: { readonly verbose: boolean }) {
  return { color: "never" as const, onOutput: verbose ? (text: string) => process.stderr.write(text) : () => {} };
}
