import type { HarnessRequest } from "../adapter.ts";
import type { VllmBenchmarkProfile } from "./vllmBenchmarkFlags.ts";

/** Before each load; the progress reader counts them. */
const mark = "llm-bench: load";

/** Number of the load that a line announces, from 1; null: it announces none. */
export function loadStarts(line: string): number | null {
  const number = new RegExp(`^${mark} (\\d+) of \\d+`).exec(line)?.[1];
  return number === undefined ? null : Number(number);
}

/**
 * POSIX sh: the loads one after the other. Stops at the first that fails, whose exit code it has; files of those before it
 * stay. A signal ends the load that runs, and `vllm bench` loses that one: it writes its file at the end only.
 * @param loads flags of each
 */
export function vllmBenchmarkScript(
  { resultsFolder }: HarnessRequest<VllmBenchmarkProfile>,
  loads: readonly (readonly string[])[],
): string {
  const runs = loads.map(
    (flags, index) =>
      `echo "${mark} ${index + 1} of ${loads.length}"\nrun bench serve ${flags.map(quoted).join(" ")}\n`,
  );
  return `#!/bin/sh
child=
# PID 1 of a container ignores signals that it has no handler for, and sh passes none on.
trap '[ -n "$child" ] && kill "$child" 2>/dev/null; exit 143' TERM INT
run() {
  vllm "$@" &
  child=$!
  wait "$child" || exit $?
  child=
}
# The result files do not tell the version.
run --version >${quoted(`${resultsFolder}/vllm-version.txt`)}
${runs.join("")}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
