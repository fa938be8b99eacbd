import { defaultHarness } from "./harnesses.ts";
import type { Target } from "./scenario.ts";
import type { Config } from "./schema.ts";
import type { Problem } from "./userError.ts";

/** Loading all targets at once: load generators of ours in pods of one cluster wait for each other. */
export function checkTogether(
  config: Config,
  targets: readonly Target[],
  fail: (problem: Omit<Problem, "file">) => never,
): void {
  if (config.together !== true) return;
  const refuse = (reason: string, next: string): never =>
    fail({ key: "together", value: true, allowed: "false", reason, next });
  const { platform, mode = "benchmark", harness = defaultHarness(platform) } = config;
  if (targets.length < 2)
    refuse("one target alone has nobody to be loaded together with", "Remove it, or add a target to targets.");
  if (platform === "local")
    refuse(
      "on platform local all engines and load generators would share this machine's processors, and that would be measured",
      "Remove it, or choose platform gke, ocp or kind.",
    );
  if (mode !== "benchmark") refuse(`mode ${mode} loads no engine`, "Remove it, or set mode to benchmark.");
  if (harness !== "llmbench")
    refuse(
      `harness ${harness} cannot wait for the other load generators, and a start by chance overlaps by chance`,
      "Set harness to llmbench, or remove it.",
    );
}
