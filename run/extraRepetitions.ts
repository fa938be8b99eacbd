import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./projectRoot.ts";
import { stackFolder } from "./runFolder.ts";

/**
 * Repetitions asked for by hand (`./bench up STACK --again`), on top of the stack file's. They are remembered beside the
 * results that they made and by the set of runs they were asked for, so that a plain `up` afterwards finds them planned
 * and complete, and neither runs nor forgets anything.
 */
export function extraRepetitions(stack: string, runSet: string): number {
  return read(stack)[runSet] ?? 0;
}

export function askAgain(stack: string, runSet: string): void {
  const extra = { ...read(stack), [runSet]: extraRepetitions(stack, runSet) + 1 };
  mkdirSync(join(fileOf(stack), ".."), { recursive: true });
  writeFileSync(fileOf(stack), `${JSON.stringify(extra, null, 2)}\n`);
}

function read(stack: string): Record<string, number> {
  return existsSync(fileOf(stack)) ? (JSON.parse(readFileSync(fileOf(stack), "utf8")) as Record<string, number>) : {};
}

function fileOf(stack: string): string {
  return join(stackFolder(projectRoot, stack), "repetitions.json");
}
