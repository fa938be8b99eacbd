import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../run/projectRoot.ts";
import { pulumiCommand } from "./pulumiCli.ts";

interface Step {
  readonly name: string;
  readonly bin: string;
  readonly args: readonly string[];
  /** mocha prints counts of its own; the other steps pass or fail as a whole. */
  readonly counts: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** A step of the other lane that must have ended. */
  readonly after?: Step;
}

const checks: readonly Step[] = [
  { name: "format and lint", bin: "biome", args: ["check", "."], counts: false },
  { name: "types", bin: "tsc", args: [], counts: false },
];

const unitTests: Step = { name: "unit tests", bin: "mocha", args: ["--no-color"], counts: true };

/** They measure and compare, and want the machine for themselves. */
const engineTests: Step = {
  name: "engine tests",
  bin: "mocha",
  args: ["--no-color", "--config", ".mocharc.engine.json"],
  counts: true,
};

/** They kill the API server, list all that is in the cluster, or bring kinds to it that others would find. */
const aloneOnCluster: Step = {
  name: "cluster tests that want the cluster for themselves",
  bin: "mocha",
  args: ["--no-color", "--config", ".mocharc.clusterAlone.json"],
  counts: true,
};

// What is left behind is then looked for among the objects that name the test's own namespace.
const shared = { LLMBENCH_TEST_CLUSTER_SHARED: "1" };

const severalOnCluster: Step = {
  name: "cluster tests, three at a time",
  bin: "mocha",
  args: ["--no-color", "--config", ".mocharc.cluster.json"],
  counts: true,
  env: shared,
  after: aloneOnCluster,
};

/** One after another: the cluster has one node to be given GPUs. */
const gpusOnCluster: Step = {
  name: "cluster tests with GPUs",
  bin: "mocha",
  args: ["--no-color", "--config", ".mocharc.clusterGpus.json"],
  counts: true,
  env: shared,
};

/** Last: it brings the kinds of llm-d's charts to the cluster for a while. What no network gives is skipped and counted. */
const realCharts: Step = {
  name: "the real charts of llm-d",
  bin: "mocha",
  args: ["--no-color", "--config", ".mocharc.charts.json"],
  counts: true,
};

/**
 * What is done one after another; each is one or two lanes that go side by side, as two lists of steps. A lane that mostly
 * waits for the cluster goes beside one that needs the processor.
 */
type Plan = readonly (readonly (readonly Step[])[])[];
const plan: Plan = [[checks], [[unitTests, engineTests]]];
/** On a real cluster, named by LLMBENCH_TEST_KUBECONFIG. */
const planWithCluster: Plan = [
  [
    [...checks, unitTests, severalOnCluster],
    [aloneOnCluster, gpusOnCluster],
  ],
  [[engineTests, realCharts]],
];

/** `./bench test`: every step runs even when one fails; the last line counts them all. */
export async function test(options: { readonly cluster: boolean }): Promise<number> {
  await pulumiCommand();
  // Tests run from copies of the project: in the user's own cache each copy would leave its compiled files for good.
  const compileCache = mkdtempSync(join(tmpdir(), "llm-bench-compile-cache-"));
  process.env.NODE_COMPILE_CACHE = compileCache;
  try {
    return await testAll(options);
  } finally {
    rmSync(compileCache, { recursive: true, force: true });
  }
}

async function testAll({ cluster }: { readonly cluster: boolean }): Promise<number> {
  const total = { passing: 0, failing: 0, pending: 0 };
  if (cluster && !process.env.LLMBENCH_TEST_KUBECONFIG) {
    process.stdout.write("cluster tests: LLMBENCH_TEST_KUBECONFIG names no kubeconfig\n");
    total.failing += 1;
  }
  const failures: string[] = [];
  const count = (step: Step, { code, output }: Outcome) => {
    for (const kind of ["passing", "failing", "pending"] as const) {
      if (step.counts) total[kind] += Number(new RegExp(`^\\s+(\\d+) ${kind}`, "m").exec(output)?.[1] ?? 0);
    }
    if (code !== 0) failures.push(`\n== ${step.name}\n${whatFailed(output)}\n`);
    if (!step.counts) total[code === 0 ? "passing" : "failing"] += 1;
    // A runner that dies before it counts has failed, whatever it printed.
    else if (code !== 0 && !/^\s+\d+ failing/m.test(output)) total.failing += 1;
  };
  for (const lanes of cluster ? planWithCluster : plan) {
    const [shown = [], beside = []] = lanes;
    const ended = new Map(lanes.flat().map((step) => [step, Promise.withResolvers<void>()]));
    const inTurn = async (steps: readonly Step[], make: (step: Step) => Promise<void>) => {
      for (const step of steps) {
        if (step.after !== undefined) await ended.get(step.after)?.promise;
        await make(step);
        ended.get(step)?.resolve();
      }
    };
    await Promise.all([
      inTurn(shown, async (step) => {
        process.stdout.write(`\n== ${step.name}\n`);
        count(step, await run(step, process));
      }),
      inTurn(beside, async (step) => {
        process.stdout.write(`\n== ${step.name}: at the same time, shown at their end\n`);
        const outcome = await run(step);
        process.stdout.write(`\n== ${step.name}\n${outcome.output}`);
        count(step, outcome);
      }),
    ]);
  }
  // Once more, where it is read first: a step's own words are thousands of lines above.
  if (failures.length > 0) process.stdout.write(`\nwhat failed:\n${failures.join("")}`);
  const skipped = total.pending > 0 ? `, ${total.pending} skipped` : "";
  process.stdout.write(`\n${total.passing} passed, ${total.failing} failed${skipped}\n`);
  return total.failing === 0 ? 0 : 1;
}

/** mocha's list of failures, else the end of what was printed. */
function whatFailed(output: string): string {
  const list = output.search(/^ +\d+ failing/m);
  const lines = output.slice(Math.max(0, list)).trim().split("\n");
  return (list < 0 ? lines.slice(-40) : lines.slice(0, 200)).join("\n");
}

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** @param shown where its output goes as it comes */
function run({ bin, args, env }: Step, shown?: Pick<NodeJS.Process, "stdout" | "stderr">): Promise<Outcome> {
  const child = spawn(join(projectRoot, "node_modules", ".bin", bin), args, {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    // Colour codes, which mocha prints under CI even into a pipe, would hide the counts.
    env: { ...process.env, TZ: "UTC", NO_COLOR: "1", ...env },
  });
  let output = "";
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (data: Buffer) => {
      output += data;
      shown?.[stream].write(data);
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
