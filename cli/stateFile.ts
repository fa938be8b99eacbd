import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation/index.js";

/** `name` in Pulumi.yaml. */
const project = "llm-bench";

/** Of Pulumi's checkpoints (apitype.VersionedCheckpoint), as Pulumi 3.250 writes it. */
const readable = 3;

/**
 * A stack's state as Pulumi keeps it in a folder: what `pulumi stack export` says, without the third of a second that the CLI
 * takes, which each command would wait for. Pulumi writes the file aside and renames it, so that it is always whole.
 * @param folder where `.pulumi` is: of the backend that we chose ourselves
 * @returns null: there is no such stack; undefined: it is kept in a form that only the CLI reads
 */
export function stateOnDisk(folder: string, stack: string): Deployment | null | undefined {
  const file = join(folder, ".pulumi", "stacks", project, `${stack}.json`);
  if (!existsSync(file)) return existsSync(`${file}.gz`) ? undefined : null;
  try {
    const { version, checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      version?: unknown;
      checkpoint?: { stack?: unknown; latest?: unknown };
    };
    if (version !== readable || checkpoint?.stack !== `organization/${project}/${stack}`) return undefined;
    return { version, deployment: checkpoint.latest ?? {} };
  } catch {
    return undefined;
  }
}
