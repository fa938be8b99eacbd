import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Python with the published Benchmark Report model; undefined: install.sh has not been called. */
export const referee = process.env.LLMBENCH_TEST_REFEREE;

/** Why a test that needs it is skipped. */
export const noReferee =
  "LLMBENCH_TEST_REFEREE names no Python with llmd-benchmark-report: export LLMBENCH_TEST_REFEREE=$(test/referee/install.sh FOLDER)";

/** What the published model says of each text; null: accepted, nothing dropped. */
export function judge(texts: readonly string[]): (string | null)[] {
  if (referee === undefined) throw new Error(noReferee);
  const output = execFileSync(referee, [join(import.meta.dirname, "referee.py")], {
    input: JSON.stringify(texts),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  return JSON.parse(output) as (string | null)[];
}
