import type { SystemAnalysis } from "./analysis.ts";

/** Was it loaded by itself? Only such systems are compared with each other. */
export function isAlone({ loadedWith = [] }: Pick<SystemAnalysis, "loadedWith">): boolean {
  return loadedWith.length === 0;
}
