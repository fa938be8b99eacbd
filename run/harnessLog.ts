import type { HarnessProgress } from "../harness/recordFormat.ts";

/** A line of the load generator's log as progress; null: it is something else. */
export function progressOf(line: string): HarnessProgress | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as HarnessProgress;
  } catch {
    return null; // cut in the middle by a broken log stream
  }
}

/** What the load generator said besides, which is what a reader looks for. */
export function withoutProgress(log: string): string {
  const lines = log.split("\n").filter((line) => progressOf(line) === null);
  return lines.join("\n");
}
