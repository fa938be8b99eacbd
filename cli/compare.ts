import { type Attempt, nextAttempts } from "../run/benchmark.ts";
import { plannedRuns } from "../run/plannedRun.ts";
import { stackNames } from "../run/stackFiles.ts";
import { CommandError } from "./commandError.ts";
import { type CompareMadeOptions, compareMade } from "./compareMade.ts";
import { loadScenario } from "./loadScenario.ts";
import { type UpOptions, up } from "./up.ts";

export interface CompareOptions extends UpOptions, CompareMadeOptions {
  readonly inTurn: boolean;
}

/**
 * `./bench compare STACK`: the targets of a stack, one after the other, and the verdict. Two names or more, or a folder:
 * what is there is compared, and nothing is started.
 */
export async function compare(names: readonly string[], options: CompareOptions): Promise<number> {
  const [name] = names;
  const made = names.length > 1 || !stackNames().includes(name as string);
  const { baseline, out, inTurn, retry } = options;
  if (made && (inTurn || retry))
    throw new CommandError(
      `${inTurn ? "--in-turn" : "--retry"} is for one stack, whose engines are run`,
      `run them first: ./bench compare STACK ${inTurn ? "--in-turn" : "--retry"}`,
      2,
    );
  if (made) return compareMade(names, options);
  if (baseline !== undefined || out !== undefined)
    throw new CommandError(
      `${baseline === undefined ? "--out" : "--baseline"} is for comparisons of what is there`,
      `./bench compare ${name} runs what is missing; then compare results/${name} with it`,
      2,
    );
  return compareTargets(name as string, options);
}

/**
 * With `--in-turn` there is one engine at a time, for clusters that have GPUs for one only: it is removed before the next
 * one is deployed, which costs a load of the model per turn.
 */
async function compareTargets(name: string, options: CompareOptions): Promise<number> {
  const scenario = loadScenario(name);
  // On this machine an engine lives only as long as its run.
  if (!options.inTurn || scenario.cluster === null) return up(name, options);
  if (scenario.together)
    throw new CommandError(
      `--in-turn deploys one engine at a time, and stack "${name}" loads its targets together`,
      `leave out --in-turn, or set llm-bench:together to false`,
      2,
    );
  const deploy = (runs: readonly string[]) => {
    process.env.LLMBENCH_RUNS_NOW = runs.join(",");
    return up(name, { ...options, quiet: true });
  };
  try {
    for (const { target, runs } of turns(nextAttempts(scenario, plannedRuns(scenario), options.retry))) {
      process.stderr.write(
        `in turn: deploying ${target} for ${runs.length === 1 ? "one run" : `${runs.length} runs`}\n`,
      );
      // The program removes the engine of the turn before, and waits for that, before it declares this one.
      if ((await deploy(runs)) === 130) return 130;
    }
  } finally {
    delete process.env.LLMBENCH_RUNS_NOW;
  }
  process.env.LLMBENCH_RUNS_NOW = "";
  return up(name, { ...options, retry: false });
}

/** Runs alternate A B, B A: neighbours of the same target share one deployment. */
export function turns(todo: readonly Attempt[]): { target: string; runs: string[] }[] {
  const turns: { target: string; runs: string[] }[] = [];
  for (const { run } of todo) {
    const last = turns.at(-1);
    if (last?.target === run.target.name) last.runs.push(run.runId);
    else turns.push({ target: run.target.name, runs: [run.runId] });
  }
  return turns;
}
