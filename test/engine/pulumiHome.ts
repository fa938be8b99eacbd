import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A PULUMI_HOME for tests. The CLI always keeps an encrypted log of each command (pulumi/pulumi#23731), half of its CPU
 * time in an `up` that does nothing, and removes older ones over 500 MB: the tests would drive the user's own out. Where `logs` is no
 * folder it does without. Removed at exit.
 */
export function pulumiHome(): string {
  home ??= make();
  return home;
}

let home: string | undefined;

function make(): string {
  const made = mkdtempSync(join(tmpdir(), "llm-bench-pulumi-home-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(made, "logs"), "");
  return made;
}
