import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type AfterTheJob, afterTheJob } from "./afterTheJob.ts";
import { previews } from "./previews.ts";

/*
 * How long users wait for us: after a run has ended, and for a preview. Prints medians; nothing is asserted, since both
 * depend on the machine. LLMBENCH_TEST_KUBECONFIG names the cluster.
 *   node test/cluster/benchmark/main.ts [--times 3] [--requests 10000] [--only report|previews]
 */
const { values } = parseArgs({
  options: {
    times: { type: "string", default: "3" },
    requests: { type: "string", default: "10000" },
    only: { type: "string" },
  },
});
// As ./bench sets it.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), "llm-bench-compile-cache");
const times = Number(values.times);
const show = (seconds: number) => `${seconds.toFixed(1)} s`;
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number;

console.log(`load of the machine at the start: ${(loadavg()[0] as number).toFixed(1)}`);
if (values.only !== "previews") {
  const measured = await afterTheJob(Number(values.requests), times);
  console.log(
    `\nafter a run of ${measured[0]?.requests} requests has ended, from its last word (median of ${times}; all)`,
  );
  const row = (name: string, of: (one: AfterTheJob) => number) =>
    console.log(`  ${name.padEnd(28)} ${show(median(measured.map(of)))}   ${measured.map(of).map(show).join(", ")}`);
  row("its Job is complete", ({ jobEnded }) => jobEnded);
  row("its files are here", ({ collected }) => collected);
  row("report.html is there", ({ report }) => report);
  row("every file is there", ({ finished }) => finished);
  row("report.html, from Job's end", ({ report, jobEnded }) => report - jobEnded);
  row("up has ended", ({ ended }) => ended);
}
if (values.only !== "report") {
  console.log(`\npreview, warm (median of ${times}; all)`);
  for (const [stack, seconds] of await previews(times))
    console.log(`  ${stack.padEnd(28)} ${show(median(seconds))}   ${seconds.map(show).join(", ")}`);
}
