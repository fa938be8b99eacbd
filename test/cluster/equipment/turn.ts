import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until no other test process has the thing of this name, e.g. the GPUs of the one node, and takes it; the caller
 * gives it back. What a killed process held is free.
 */
export async function turn(name: string): Promise<() => void> {
  const folder = join(tmpdir(), `llm-bench-turn-${name}`);
  const holder = join(folder, "pid");
  for (;;) {
    try {
      mkdirSync(folder);
      writeFileSync(holder, String(process.pid));
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      await sleep(500);
      if (!isAlive(holder)) rmSync(folder, { recursive: true, force: true });
    }
  }
}

function isAlive(holder: string): boolean {
  try {
    process.kill(Number(readFileSync(holder, "utf8")), 0);
    return true;
  } catch {
    return false;
  }
}
