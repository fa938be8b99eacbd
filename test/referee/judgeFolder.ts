import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judge } from "./referee.ts";

/*
 * Has the published model judge every Benchmark Report below a folder:
 *   LLMBENCH_TEST_REFEREE=$(test/referee/install.sh ~/.cache/llm-bench/referee) node test/referee/judgeFolder.ts FOLDER
 * Ends with 1 where one is refused, or there is none.
 */
const folder = process.argv[2] ?? ".";
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => /benchmark_report[^/]*\.(ya?ml|json)$/.test(file))
  .sort();
const verdicts = files.length === 0 ? [] : judge(files.map((file) => readFileSync(join(folder, file), "utf8")));
for (const [index, file] of files.entries()) console.log(`${verdicts[index] ?? "accepted"}  ${file}`);
if (files.length === 0) console.log(`no Benchmark Report below ${folder}`);
process.exitCode = files.length > 0 && verdicts.every((verdict) => verdict === null) ? 0 : 1;
