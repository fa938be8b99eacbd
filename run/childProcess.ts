import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a child ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly process: ChildProcess;
  readonly exit: Promise<Exit>;
  /** Last lines of stderr, for the message when it fails. */
  readonly errorLines: string[];
}

/**
 * Starts one of our own programs under this very Node, in a process group of its own: Ctrl-C in a terminal goes to the
 * whole foreground group, and the engine would be gone before the generator has flushed. Its stdin is a pipe that we
 * hold open: it ends when we die, however we die, and the children end with it.
 */
export function startChild(
  file: string,
  args: string[],
  onLine: (line: string) => void,
  env: Record<string, string> = {},
  onErrorLine: (line: string) => void = () => {},
): Child {
  const child = spawn(process.execPath, [file, ...args], {
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const errorLines: string[] = [];
  createInterface({ input: child.stdout }).on("line", onLine);
  createInterface({ input: child.stderr }).on("line", (line) => {
    errorLines.push(line);
    onErrorLine(line);
    if (errorLines.length > 50) errorLines.shift();
  });
  // A child that is gone makes the held pipe fail; that is its exit's story, told below.
  child.stdin.on("error", () => {});
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return { process: child, exit, errorLines };
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves when the process is gone. */
export async function stopChild(child: Child, graceMs: number): Promise<Exit> {
  child.process.kill("SIGTERM");
  const killer = setTimeout(() => child.process.kill("SIGKILL"), graceMs);
  try {
    return await child.exit;
  } finally {
    clearTimeout(killer);
  }
}
