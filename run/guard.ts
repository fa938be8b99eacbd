import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

/*
 * Runs a program of others as ours run: `node guard.ts COMMAND ARGS...` ends it, with all that it started, when stdin ends
 * or a signal comes. Without it a killed ./bench would leave a load generator behind that loads the engine for nobody.
 */
const [command, ...args] = process.argv.slice(2) as [string, ...string[]];
// A group of its own: these tools start workers, and a signal must reach them all.
const child = spawn(command, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });

const signal = (name: NodeJS.Signals): void => {
  try {
    process.kill(-(child.pid as number), name);
  } catch {
    // all of it is gone already
  }
};
let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  // What these tools write when they are interrupted they write at SIGINT, as from a terminal; most ignore SIGTERM or lose all.
  signal("SIGINT");
  setTimeout(() => signal("SIGTERM"), 8000).unref();
  setTimeout(() => signal("SIGKILL"), 11_000).unref();
};
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, stop);
process.stdin.on("end", stop).on("error", stop).resume();

child.once("error", (error) => {
  process.stderr.write(`${command} cannot be started: ${error.message}\n`);
  process.exit(127);
});
child.once("exit", (code, by) => {
  // A worker that its parent has forgotten would hold our output open, and go on.
  signal("SIGKILL");
  process.exitCode = code ?? 128 + constants.signals[by as NodeJS.Signals];
  process.exit();
});
