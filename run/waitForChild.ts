import type { Child } from "./childProcess.ts";

/** Waits for a load generator, bounded; returns why it was stopped, or null when it ended by itself. */
export async function waitForChild(
  child: Child,
  { seconds, graceSeconds, signal }: { seconds: number; graceSeconds: number; signal: AbortSignal },
): Promise<string | null> {
  let reason: string | null = null;
  const stop = (why: string) => {
    reason ??= why;
    child.process.kill("SIGTERM");
    // A hung disk must not hold us for ever.
    setTimeout(() => child.process.kill("SIGKILL"), graceSeconds * 1000).unref();
  };
  const onAbort = () => stop("interrupted by the user");
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  const limit = setTimeout(() => stop(`harnessSettings.waitTimeoutSeconds (${seconds} s) passed`), seconds * 1000);
  try {
    await child.exit;
    return reason;
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", onAbort);
  }
}
