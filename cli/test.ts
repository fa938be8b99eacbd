import { spawn } from "node:child_process";
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
}

const steps: readonly Step[] = [
  { name: "format and lint", bin: "biome", args: ["check", "."], counts: false },
  { name: "types", bin: "tsc", args: [], counts: false },
  { name: "unit tests", bin: "mocha", args: ["--no-color"], counts: true },
  { name: "engine tests", bin: "mocha", args: ["--no-color", "--config", ".mocharc.engine.json"], counts: true },
];

/** On a real cluster, named by LLMBENCH_TEST_KUBECONFIG; about half an hour. */
const clusterSteps: readonly Step[] = [
  {
    name: "cluster tests, three at a time",
    bin: "mocha",
    args: ["--no-color", "--config", ".mocharc.cluster.json"],
    counts: true,
    // What is left behind is then looked for among the objects that name the test's own namespace.
    env: { LLMBENCH_TEST_CLUSTER_SHARED: "1" },
  },
  {
    // They change the node, kill the API server, or list all that is in the cluster.
    name: "cluster tests that want the cluster for themselves",
    bin: "mocha",
    args: ["--no-color", "--config", ".mocharc.clusterAlone.json"],
    counts: true,
  },
  {
    // Last: it brings the kinds of llm-d's charts to the cluster for a while. What no network gives is skipped and counted.
    name: "the real charts of llm-d",
    bin: "mocha",
    args: ["--no-color", "--config", ".mocharc.charts.json"],
    counts: true,
  },
];

/** `./bench test`: every step runs even when one fails; the last line counts them all. */
export async function test({ cluster }: { readonly cluster: boolean }): Promise<number> {
  await pulumiCommand();
  const total = { passing: 0, failing: 0, pending: 0 };
  if (cluster && !process.env.LLMBENCH_TEST_KUBECONFIG) {
    process.stdout.write("cluster tests: LLMBENCH_TEST_KUBECONFIG names no kubeconfig\n");
    total.failing += 1;
  }
  const failures: string[] = [];
  for (const step of cluster ? [...steps, ...clusterSteps] : steps) {
    process.stdout.write(`\n== ${step.name}\n`);
    const { code, output } = await run(step);
    for (const kind of ["passing", "failing", "pending"] as const) {
      if (step.counts) total[kind] += Number(new RegExp(`^\\s+(\\d+) ${kind}`, "m").exec(output)?.[1] ?? 0);
    }
    if (code !== 0) failures.push(`\n== ${step.name}\n${whatFailed(output)}\n`);
    if (!step.counts) total[code === 0 ? "passing" : "failing"] += 1;
    // A runner that dies before it counts has failed, whatever it printed.
    else if (code !== 0 && !/^\s+\d+ failing/m.test(output)) total.failing += 1;
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

function run({ bin, args, env }: Step): Promise<{ code: number; output: string }> {
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
      process[stream].write(data);
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
