import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Of the environment, so that mocha's workers know it; without it every import is made.
const variable = "LLMBENCH_TEST_IMPORTED_IMAGES";

/** For one run of mocha: what an earlier run imported may have gone with its cluster. */
export function mochaGlobalSetup(): void {
  process.env[variable] = mkdtempSync(join(tmpdir(), "llm-bench-images-"));
}

export function mochaGlobalTeardown(): void {
  rmSync(process.env[variable] as string, { recursive: true, force: true });
}

/** Whether the last image that this run imported under the tag was made of the same. */
export function isImported(tag: string, madeOf: unknown): boolean {
  try {
    return readFileSync(markOf(tag), "utf8") === JSON.stringify(madeOf);
  } catch {
    return false;
  }
}

export function markImported(tag: string, madeOf: unknown): void {
  if (process.env[variable]) writeFileSync(markOf(tag), JSON.stringify(madeOf));
}

function markOf(tag: string): string {
  return join(process.env[variable] ?? "", createHash("sha256").update(tag).digest("hex"));
}
