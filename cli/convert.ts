import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { textTable, wrapText } from "../analysis/write/textTable.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { readScenario } from "../run/readScenario.ts";
import { rawFromStackFile } from "../scenario/config.ts";
import { convert } from "../scenario/llmdBenchmark/convert.ts";
import type { Row } from "../scenario/llmdBenchmark/draft.ts";
import { sentences } from "../scenario/llmdBenchmark/sentences.ts";
import { stackText } from "../scenario/llmdBenchmark/stackText.ts";
import { ScenarioError } from "../scenario/userError.ts";
import { profileNames, workloadOf } from "../workloads/index.ts";
import { CommandError } from "./commandError.ts";
import { writeOutput } from "./outputFile.ts";
import { shownPath } from "./shownPath.ts";

export interface ConvertOptions {
  readonly stack?: string;
  readonly out?: string;
  readonly platform?: string;
  readonly gpu?: string;
  readonly force: boolean;
}

const WIDTH = 100;

/** `./bench convert FILE.sh`: a scenario of llm-d-benchmark becomes a stack file; the script is read, never executed. */
export function convertFile(path: string, options: ConvertOptions): number {
  const source = basename(path);
  const fileName = source.replace(/\.sh$/, "");
  const stack = options.stack ?? stackName(fileName);
  if (!/^[A-Za-z0-9][\w.-]{0,99}$/.test(stack))
    throw new CommandError(`"${stack}" is no name for a stack`, "give letters, digits, -, _ and . by --stack", 2);
  const target = options.out ?? join(projectRoot, `Pulumi.${stack}.yaml`);
  if (existsSync(target) && !options.force)
    throw new CommandError(
      `${shownPath(target)} is there already`,
      "name another by --stack or --out, or add --force",
      2,
    );
  const { platform = null, gpu = null } = options;
  const converted = convert(readScript(path), { fileName, platform, gpu, profilesOf: profileNames });
  const text = stackText(converted, source);
  writeOutput("--out", target, text);
  process.stdout.write(`${report(converted.rows).join("\n")}\n\nWrote ${shownPath(target)}\n`);
  return check(text, stack, target);
}

/** What `up` would say of it; it is written in any case, for a wrong scenario is there to be mended. */
function check(text: string, stack: string, target: string): number {
  try {
    const scenario = readScenario(rawFromStackFile(text), stack, "warn");
    const notes = [...scenario.warnings, ...workloadOf(scenario).warnings];
    const next = `next: ./bench preview ${stack}${target.endsWith(`Pulumi.${stack}.yaml`) ? "" : `, with ${shownPath(target)} as Pulumi.${stack}.yaml`}\n`;
    process.stdout.write(notes.length === 0 ? next : `Before up:\n${indented(notes)}${next}`);
    return 0;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const problems = error.problems.map(({ message }) => message);
    process.stdout.write(`As it is, up would refuse it:\n${indented(problems)}next: correct ${shownPath(target)}\n`);
    return 2;
  }
}

const indented = (sentences: readonly string[]) =>
  sentences
    .flatMap((sentence) => wrapText(`- ${sentence}`, WIDTH, "  "))
    .map((line) => `  ${line}\n`)
    .join("");

/** At most 100 columns: what is as it was in a table, all else in sentences. */
function report(rows: readonly Row[]): string[] {
  const of = (status: Row["status"]) => rows.filter((row) => row.status === status);
  const carried = of("carried").map(({ variable, result }) => [`  ${variable}`, result ?? ""]);
  const head = (["", ""] as const).map((title) => ({ head: [title], align: "left" as const }));
  const told = (status: Row["status"]) =>
    sentences(of(status)).flatMap((sentence) => wrapText(sentence, WIDTH - 2, "    ").map((line) => `  ${line}`));
  return [
    `Carried (${carried.length}):`,
    ...(carried.length === 0 ? ["  nothing"] : textTable(head, carried).slice(1)),
    "",
    `Changed (${of("changed").length}):`,
    ...told("changed"),
    "",
    `Not carried (${of("not carried").length}):`,
    ...told("not carried"),
  ];
}

function readScript(path: string): string {
  if (/\.ya?ml$/.test(path))
    throw new CommandError(
      `${path} is no shell script: from v0.6 on scenarios of llm-d-benchmark are YAML, which is not read`,
      "docs/llm-d-benchmark.md says which keys to set by hand",
      2,
    );
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CommandError(`${path} cannot be read (${code})`, "name a scenario of llm-d-benchmark, FILE.sh", 2);
  }
}

/** ocp_H100_modelservice_llama-3b -> ocp-h100-modelservice-llama-3b */
const stackName = (fileName: string) =>
  fileName
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
