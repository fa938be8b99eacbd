import { readFileSync } from "node:fs";
import process from "node:process";
import { readApiKey } from "./apiKey.ts";
import { Barrier } from "./barrier.ts";
import { help, readCommandLine } from "./commandLine.ts";
import { completes } from "./completes.ts";
import { foundSimulated, identify, writeIdentity } from "./engineIdentity.ts";
import type { HarnessPlan, PlanTarget } from "./plan.ts";
import { PlanError } from "./planError.ts";
import { progressLine } from "./progress.ts";
import { checkPlan } from "./readPlan.ts";
import { refuseTaken } from "./recorder.ts";
import type { HarnessProgress } from "./recordFormat.ts";
import { runPlan } from "./run.ts";
import { waitReady } from "./waitReady.ts";

process.exitCode = await main();
// Idle connections and timers of ours must not keep the process; what was written to a pipe must have left it.
process.stdout.write("", () => process.exit());

async function main(): Promise<number> {
  let barrier: Barrier | null = null;
  let left = "its load generator ended early: see its own run";
  try {
    const commandLine = readCommandLine(process.argv.slice(2));
    if (commandLine === null) {
      process.stdout.write(help);
      return 0;
    }
    const { timeLimitSeconds, waitReadySeconds, endWithStdin } = commandLine;
    const stopper = new AbortController();
    // First of all: process 1 of a container ignores a SIGTERM that it has no handler for.
    stopOnSignals(stopper);
    if (endWithStdin) stopWithStdin(stopper);
    if ("complete" in commandLine.work) {
      const { complete, words } = commandLine.work;
      const print = (note: string): void => void process.stdout.write(`${note}\n`);
      const limit = { seconds: waitReadySeconds ?? 1, signal: stopper.signal, onNote: print };
      const why = await completes(complete, readApiKey(complete.apiKeyEnv), words, limit);
      if (why !== null) process.stderr.write(`${why}\n`);
      return why === null ? 0 : 5;
    }
    const plan = "plan" in commandLine.work ? readPlanFile(commandLine.work.plan) : null;
    const target = "identify" in commandLine.work ? commandLine.work.identify : (plan as HarnessPlan).target;
    const apiKey = readApiKey(target.apiKeyEnv);
    await refuseTaken(commandLine.out);
    const onProgress = printer(commandLine.progress);
    // Before the engine is waited for: the others must not wait long for one that never gets ready.
    if (plan?.barrier !== undefined) barrier = await Barrier.open(plan.barrier);
    const stages = plan?.stages.length ?? 0;
    const unusable =
      waitReadySeconds === null
        ? null
        : await wait(target, stages, apiKey, waitReadySeconds, stopper.signal, onProgress);
    if (stopper.signal.aborted) {
      left = stoppedBefore(stopper.signal);
      return 3;
    }
    const identity = await identify(target, apiKey, stopper.signal);
    await writeIdentity(commandLine.out, identity);
    if (unusable !== null) {
      left = unusable;
      process.stderr.write(`${unusable}\n`);
      return 5;
    }
    if (plan === null) return 0;
    const alone = barrier && (await barrier.meet(0, stopper.signal, waitingForOthers(stages, onProgress)));
    if (barrier !== null && stopper.signal.aborted) {
      left = stoppedBefore(stopper.signal);
      return 3;
    }
    if (alone !== null) {
      process.stderr.write(`${alone}; nothing was sent\n`);
      return 6;
    }
    if (timeLimitSeconds !== null) {
      const stop = (): void => stopper.abort(`the time limit of ${timeLimitSeconds} s has passed`);
      setTimeout(stop, timeLimitSeconds * 1000).unref();
    }
    let corrected = Promise.resolve();
    const result = await runPlan(plan, commandLine.out, {
      onProgress,
      onSimulated: (version) => {
        const found = foundSimulated(identity, version);
        // The disk's failure is told by whoever writes the records.
        if (found !== identity) corrected = writeIdentity(commandLine.out, found).catch(() => {});
      },
      signal: stopper.signal,
      ...(barrier === null ? {} : { meet: barrier.meet.bind(barrier) }),
    });
    left = result.message ?? "its load has ended";
    await corrected;
    if (result.message !== null) process.stderr.write(`${result.message}\n`);
    return result.exitCode;
  } catch (error) {
    const known = error instanceof PlanError || /^(cannot write|the disk of)/.test((error as Error).message);
    process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
    return error instanceof PlanError ? 2 : 1;
  } finally {
    await barrier?.leave(left);
  }
}

/** Says so, and returns what the others are told. */
function stoppedBefore({ reason }: AbortSignal): string {
  process.stderr.write(`partial: ${reason} before the run; nothing was sent\n`);
  return `${reason} before its run`;
}

function waitingForOthers(stages: number, onProgress: (progress: HarnessProgress) => void) {
  const none = { etaSeconds: null, inFlight: 0, ok: 0, failed: 0 };
  return (elapsedSeconds: number, note: string): void =>
    onProgress({ phase: "waiting", stage: 1, stages, name: "others", elapsedSeconds, ...none, note });
}

function readPlanFile(path: string): HarnessPlan {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new PlanError("--plan", path, `a readable file (${(error as Error).message})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PlanError("--plan", path, `a JSON file (${(error as Error).message})`);
  }
  return checkPlan(value);
}

/** @returns why the engine is of no use; null when it is ready or the wait was ended */
function wait(
  target: PlanTarget,
  stages: number,
  apiKey: string | null,
  seconds: number,
  signal: AbortSignal,
  onProgress: (progress: HarnessProgress) => void,
): Promise<string | null> {
  const none = { etaSeconds: null, inFlight: 0, ok: 0, failed: 0 };
  const onWait = (elapsedSeconds: number, note: string): void =>
    onProgress({ phase: "waiting", stage: 1, stages, name: "engine", elapsedSeconds, ...none, note });
  return waitReady(target, apiKey, { seconds, signal, onWait });
}

function stopOnSignals(stopper: AbortController): void {
  let signals = 0;
  for (const [name, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.on(name, () => {
      signals++;
      if (signals > 1) process.exit(code);
      stopper.abort(`stopped by ${name}`);
    });
  }
}

/** Load that nobody waits for any more would still hit the server. */
function stopWithStdin(stopper: AbortController): void {
  const stop = (): void => stopper.abort("whoever started the run is gone");
  process.stdin.on("end", stop).on("error", stop).resume();
}

function printer(kind: "json" | "human" | "none"): (progress: HarnessProgress) => void {
  // The reader of our output may be gone; the run is worth more than its progress lines.
  process.stdout.on("error", () => {});
  if (kind === "none") return () => {};
  if (kind === "json") return (progress) => void process.stdout.write(`${JSON.stringify(progress)}\n`);
  return (progress) => void process.stdout.write(`${progressLine(progress)}\n`);
}
