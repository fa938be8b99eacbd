import { type FileHandle, open } from "node:fs/promises";

/** As json.dump writes it with indent=2. No JSON text holds a line's end, so in a list of objects a new one begins here. */
const BETWEEN = Buffer.from(",\n  {");
const STEP_BYTES = 1 << 20;
/** More than one element has. */
const MAX_STEPS = 64;

/**
 * Where an element of a list probably begins, behind its comma, at or after the middle of the file. Whether one does is
 * known only to a reader that comes from the file's beginning.
 * @param smallest bytes of a file that is worth it
 * @returns null where there is none, or the file cannot be read
 */
export async function boundaryIn(file: string, smallest: number): Promise<number | null> {
  // Whoever reads all of it says why it cannot be read.
  const handle = await open(file, "r").catch(() => null);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    return size < smallest ? null : await firstAfter(handle, Math.floor(size / 2));
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

async function firstAfter(handle: FileHandle, from: number): Promise<number | null> {
  const bytes = Buffer.allocUnsafe(STEP_BYTES);
  for (let step = 0, at = from; step < MAX_STEPS; step++) {
    const { bytesRead } = await handle.read(bytes, 0, STEP_BYTES, at);
    const found = bytes.subarray(0, bytesRead).indexOf(BETWEEN);
    if (found >= 0) return at + found + 1;
    if (bytesRead < STEP_BYTES) return null;
    at += STEP_BYTES - BETWEEN.length;
  }
  return null;
}
