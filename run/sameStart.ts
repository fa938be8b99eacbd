import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { EngineStartup } from "../cluster/startup.ts";
import type { RunFolder } from "./runFolder.ts";

/**
 * Another repetition that read this very start of an engine: one observation is not two. null: there is none. A pod that
 * stands is not started again by `up`, whatever is asked of it.
 */
export function sameStart(folder: RunFolder, runId: string, { pod, startedAt }: EngineStartup["pod"]): string | null {
  const stack = dirname(folder.path);
  if (startedAt === null || !existsSync(stack)) return null;
  const repetition = /-r\d+$/;
  const set = runId.replace(repetition, "");
  const others = readdirSync(stack).filter((name) => {
    const other = name.replace(/-a\d+$/, "");
    return other !== runId && repetition.test(other) && other.replace(repetition, "") === set;
  });
  return (
    others.find((name) => {
      const file = join(stack, name, "results", "pod.json");
      if (!existsSync(file)) return false;
      const read = JSON.parse(readFileSync(file, "utf8")) as EngineStartup["pod"];
      return read.pod === pod && read.startedAt === startedAt;
    }) ?? null
  );
}
