import { rename, writeFile } from "node:fs/promises";

/** Writes a value as JSON in one step: whatever ends the process, a reader finds the old file or the new one, whole. */
export async function replaceFile(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.tmp`, `${JSON.stringify(value, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}
