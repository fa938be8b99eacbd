import "./deferredPackages.ts";
import { Command, CommanderError } from "commander";
import { ImportError } from "../analysis/import/importError.ts";
import { ClusterError } from "../cluster/clusterError.ts";
import { RunError } from "../run/runError.ts";
import { ScenarioError, UserError } from "../scenario/userError.ts";
import { CommandError } from "./commandError.ts";
import { errorExits } from "./usageExit.ts";

// Each command is imported when it is called: the SDK alone takes a second to load, and --help should not wait for it.
const bench = new Command("./bench")
  .description(
    "Benchmarks of LLM inference as infrastructure code: one Pulumi stack (Pulumi.STACK.yaml) is one scenario.",
  )
  .configureHelp({
    sortSubcommands: false,
    // "(default: false)" behind every switch says nothing.
    optionDescription: ({ description, defaultValue }) =>
      defaultValue ? `${description} (default: ${defaultValue})` : description,
  })
  .showHelpAfterError("(./bench --help lists the commands)")
  .exitOverride();

const verbose = ["-v, --verbose", "show what the Pulumi engine says, on stderr", false] as const;
let exitCode = 0;
const ends = async (code: Promise<number>) => {
  exitCode = await code;
};

bench
  .command("up <stack>")
  .description("run what is not there yet, collect, and report; nothing when nothing changed")
  .option("--retry", "run failed or partial runs again, beside the first attempt", false)
  .option("--again", "one more repetition than was planned so far", false)
  .option("--mode <mode>", "on a cluster: standup (engines only) or debug (a harness pod that sleeps)")
  .option(...verbose)
  .action(async (stack, options) => ends((await import("./up.ts")).up(stack, options)));
bench
  .command("compare <stacks-or-folders...>")
  .description("one stack: up for its targets; several names, or a folder: compare the runs that are there")
  .option(
    "--in-turn",
    "one stack: deploy, run and remove the engines one after the other, as GPUs for one allow",
    false,
  )
  .option("--baseline <name>", "what is there: the system that the others are compared with (default: the first)")
  .option("--out <folder>", "what is there: folder of the report (default: results/compare-HASH)")
  .option("--retry", "run failed or partial runs again, beside the first attempt", false)
  .option(...verbose)
  .action(async (names, options) => ends((await import("./compare.ts")).compare(names, options)));
bench
  .command("quickstart <model...>")
  .description("write a stack file for one model, or several side by side, and run it")
  .option("--platform <platform>", "local, kind, gke or ocp", "local")
  .option("--gpu <gpu>", "such as a100-80 (default: h100-80)")
  .option("--method <method>", "standalone, llm-d or simulated (default: simulated on local and kind)")
  .option(
    "--workload <profile>",
    "profile under workloads/profiles/llmbench/ (default: local if simulated, else concurrency-sweep)",
  )
  .option("--together", "several models on a cluster: after each alone, all of them at once", false)
  .option("--preview", "write and check it, start nothing", false)
  .option(...verbose)
  .action(async (models, options) => ends((await import("./quickstart.ts")).quickstart(models, options)));
bench
  .command("preview <stack>")
  .description("check the scenario and its cluster, and say what `up` would do; starts nothing")
  .option("--manifests", "print the Kubernetes objects in full", false)
  .option(...verbose)
  .action(async (stack, options) => ends((await import("./preview.ts")).preview(stack, options)));
bench
  .command("destroy <stack>")
  .description("remove everything the stack deployed; results stay")
  .option("--cluster-gone", "the cluster exists no more: forget what was in it", false)
  .option(...verbose)
  .action(async (stack, options) => ends((await import("./destroy.ts")).destroy(stack, options)));
bench
  .command("e2e <stack>")
  .description("up and destroy in one; the exit code is that of up")
  .option("--retry", "run failed or partial runs again, beside the first attempt", false)
  .option(...verbose)
  .action(async (stack, options) => ends((await import("./e2e.ts")).e2e(stack, options)));
bench
  .command("outputs <stack>")
  .description("print the stack's outputs (headline metrics, report path) as JSON")
  .action(async (stack) => ends((await import("./outputs.ts")).outputs(stack)));
bench
  .command("collect <stack>")
  .description("bring home what has ended in the cluster, analyse and report again; starts nothing")
  .action(async (stack) => ends((await import("./collect.ts")).collect(stack)));
bench
  .command("report <dir>")
  .description("analyse and report one folder of results again, whatever the stack says now")
  .action(async (dir) => ends((await import("./report.ts")).report(dir)));
bench
  .command("gate")
  .description("has it become worse? for CI: exit 0 ok, 1 regression, 2 inconclusive, 3 invalid; starts nothing")
  .requiredOption("--baseline <stack-or-folder>", "what to compare with, e.g. results kept from the main branch")
  .requiredOption("--new <stack-or-folder>", "what is judged, by the thresholds of its scenario")
  .option("--junit <file>", "write JUnit XML")
  .option("--summary <file>", "write Markdown (default: append to $GITHUB_STEP_SUMMARY where it is set)")
  .option("--history <file>", "append the result to a history, one line of JSON per system")
  .action(async (options) => ends((await import("./gate.ts")).gate(options)));
bench
  .command("history <file>")
  .description("what gates have written over time, as tables with change points")
  .option("--metric <name>", "such as ttftP50Ms, or ttftP50Ms@32 for one load", "outputTokensPerSecond")
  .option("--system <name>", "one system only")
  .option("--add <stack-or-folder>", "append its results first, without a gate")
  .option("--csv", "print CSV for Apache Otava instead", false)
  .action(async (file, options) => ends((await import("./history.ts")).history(file, options)));
bench
  .command("import <path>")
  .description("read native files of a harness that were made elsewhere (a folder or a file) and report on them")
  .requiredOption(
    "--harness <name>",
    "whose files: llmbench, inference-perf, guidellm, fmperf, vllm-benchmark, aiperf, nop or benchmark-report",
  )
  .option("--as <name>", "folder below results/ (default: imported-PATH)")
  .option("--simulated", "the engine was a simulated one, and the report must say so", false)
  .action(async (path, options) => ends((await import("./import.ts")).importFiles(path, options)));
bench
  .command("convert <file>")
  .description("a scenario of llm-d-benchmark (*.sh, up to v0.5) becomes a stack file; says what it cannot carry")
  .option("--stack <name>", "name of the stack (default: from the file's name)")
  .option("--out <file>", "where to write (default: Pulumi.STACK.yaml)")
  .option("--platform <platform>", "gke, ocp or kind, where the file does not tell")
  .option("--gpu <gpu>", "such as h100-80, where the file does not tell")
  .option("--force", "write over a file that is there", false)
  .action(async (file, options) => {
    exitCode = (await import("./convert.ts")).convertFile(file, options);
  });
bench
  .command("export <stack-or-folder>")
  .description("results in a format of others; one file goes to stdout, several into a folder")
  .requiredOption("--format <format>", "benchmark-report (0.2.1), csv, json, github-action-benchmark or bencher")
  .option("--out <file>", "file, or folder where there are several files (default: results/export/NAME-FORMAT)")
  .action(async (what, options) => ends((await import("./export.ts")).exportResults(what, options)));
bench
  .command("cross-check <url>")
  .description("several harnesses against one endpoint, one after the other: their metrics side by side")
  .requiredOption("--model <name>", "as the endpoint serves it")
  .option("--harness <names>", "such as ours,guidellm,aiperf (default: ours and all that are installed)")
  .option("--concurrency <levels>", "requests in flight, one stage each", "1,4")
  .option("--requests <count>", "of each stage", "100")
  .option("--input-tokens <count>", "of each prompt", "256")
  .option("--output-tokens <count>", "of each answer, forced", "64")
  .option("--repetitions <count>", "of each harness, interleaved; intervals need 2 or more", "1")
  .option("--tokenizer <name>", "Hugging Face name or folder, for harnesses that need one (default: the model)")
  .option("--api-key-env <variable>", "variable that holds the endpoint's key")
  .option("--seed <number>", "of prompts", "1")
  .option("--time-limit <seconds>", "of each run", "1800")
  .option("--as <name>", "folder below results/", "cross-check")
  .action(async (url, options) => ends((await import("./crossCheck.ts")).crossCheck(url, options)));
bench
  .command("cancel <stack>")
  .description("free a state lock that a killed command left behind")
  .action(async (stack) => ends((await import("./cancel.ts")).cancel(stack)));
bench
  .command("doctor")
  .description("what is installed, what is missing, what to do")
  .action(async () => ends((await import("./doctor.ts")).doctor()));
bench
  .command("env")
  .description('print what a plain `pulumi` needs to work on the same state: eval "$(./bench env)"')
  .action(async () => ends((await import("./env.ts")).env()));
bench
  .command("test")
  .description("format, types, unit and engine tests; ends with `N passed, N failed`")
  .option("--cluster", "also on the cluster that LLMBENCH_TEST_KUBECONFIG names", false)
  .action(async (options) => ends((await import("./test.ts")).test(options)));

bench.addHelpText(
  "after",
  `
Begin with:
  ./bench up local        a whole benchmark on this machine, no GPU and no cluster: the engine is SIMULATED
  ./bench up engines      two engines side by side, with a verdict
  ./bench up kind-sim     the same on the Kubernetes cluster that kubectl talks to, still without a GPU
  ./bench up kind-llm-d   the same behind llm-d's router, and still without a GPU
  ./bench preview ocp-h100    what a benchmark on GPUs would apply, need and cost; starts nothing

Exit codes: 0 done, 1 failed or partial, 2 wrong usage or configuration, 3 done but the results are INVALID,
130 interrupted. Those of gate, also for wrong usage (64), are in docs/ci.md.`,
);

try {
  await bench.parseAsync();
} catch (error) {
  exitCode = report(error);
}
// Not process.exitCode: the SDK's open channels would hold the process for up to 38 s.
process.exit(exitCode);

function report(error: unknown): number {
  const { usage, bug } = errorExits(process.argv[2]);
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage;
  if (error instanceof CommandError || error instanceof ClusterError) {
    process.stderr.write(`error: ${error.message}\n  next: ${error.next}\n`);
    return error instanceof CommandError ? error.exitCode : 1;
  }
  if (
    error instanceof ScenarioError ||
    error instanceof UserError ||
    error instanceof RunError ||
    error instanceof ImportError
  ) {
    process.stderr.write(`error: ${error.message}\n`);
    return usage;
  }
  process.stderr.write(`error: this is a bug in LLM Bench: ${error instanceof Error ? error.stack : error}\n`);
  return bug;
}
