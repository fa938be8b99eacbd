import { closeSync, fstatSync, openSync, readSync } from "node:fs";

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
export function boundaryIn(file: string, smallest: number): number | null {
  let handle: number | null = null;
  // Whoever reads all of it says why it cannot be read.
  try {
    handle = openSync(file, "r");
    const { size } = fstatSync(handle);
    return size < smallest ? null : firstAfter(handle, Math.floor(size / 2), size);
  } catch {
    return null;
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

function firstAfter(handle: number, from: number, size: number): number | null {
  const bytes = Buffer.allocUnsafe(Math.min(STEP_BYTES, size - from));
  for (let step = 0, at = from; step < MAX_STEPS; step++) {
    const bytesRead = readSync(handle, bytes, 0, bytes.length, at);
    const found = bytes.subarray(0, bytesRead).indexOf(BETWEEN);
    if (found >= 0) return at + found + 1;
    if (bytesRead < STEP_BYTES) return null;
    at += STEP_BYTES - BETWEEN.length;
  }
  return null;
}
