import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { importRun } from "../analysis/import/importRun.ts";
import { crossCheckTable } from "../analysis/write/crossCheckTable.ts";
import { terminalTable } from "../analysis/write/terminalTable.ts";
import { crossCheck as runCrossCheck } from "../run/crossCheck.ts";
import { executableOf, installedAt } from "../run/executable.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { writeResults } from "../run/results.ts";
import { stackFolder } from "../run/runFolder.ts";
import { adapterOf, type ForeignHarness, foreignHarnesses, isForeign } from "../workloads/adapterOf.ts";
import { CommandError } from "./commandError.ts";
import { interruptController } from "./interrupt.ts";
import { shownPath } from "./shownPath.ts";
import { TerminalDriver } from "./terminalDriver.ts";

/** As the command line has them: text. */
export interface CrossCheckOptions {
  readonly model: string;
  readonly harness?: string;
  readonly concurrency: string;
  readonly requests: string;
  readonly inputTokens: string;
  readonly outputTokens: string;
  readonly repetitions: string;
  readonly tokenizer?: string;
  readonly apiKeyEnv?: string;
  readonly seed: string;
  readonly as: string;
  readonly timeLimit: string;
}

type Harness = "llmbench" | ForeignHarness;

/** `./bench cross-check URL --model M`: several harnesses against one endpoint, their metrics side by side. */
export async function crossCheck(url: string, options: CrossCheckOptions): Promise<number> {
  const harnesses = chosen(options.harness);
  const count = (name: string, text: string) => whole(name, text);
  const load = {
    inputTokens: count("--input-tokens", options.inputTokens),
    outputTokens: count("--output-tokens", options.outputTokens),
    concurrency: options.concurrency.split(",").map((text) => count("--concurrency", text.trim())),
    requests: count("--requests", options.requests),
  };
  const driver = new TerminalDriver({ retry: false, interrupt: interruptController() });
  const folders = await runCrossCheck(
    {
      url,
      model: options.model,
      harnesses,
      load,
      repetitions: count("--repetitions", options.repetitions),
      tokenizer: options.tokenizer ?? null,
      apiKey: keyFrom(options.apiKeyEnv),
      as: options.as,
      seed: count("--seed", options.seed),
      waitTimeoutSeconds: count("--time-limit", options.timeLimit),
    },
    driver,
  );
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const out = join(stackFolder(projectRoot, options.as), `cross-check-${stamp}`);
  const analysis = await writeResults(folders, out, driver);
  driver.end();
  if (analysis === null) return 1;
  const readable = folders.filter(({ manifest }) => manifest !== null && manifest.status !== "failed");
  const runs = await Promise.all(readable.map(({ path }) => importRun(path)));
  const table = crossCheckTable(analysis.systems, runs);
  writeFileSync(join(out, "cross-check.txt"), `${table}\n`);
  const where = shownPath(out);
  process.stdout.write(`${terminalTable(analysis)}\n\n${table}\n\nReport: ${where}/report.html\n`);
  if (driver.signal.aborted) return 130;
  return folders.every(({ state }) => state === "complete") ? 0 : 1;
}

/** Ours and whatever is installed, unless they are named; what is named and missing is an error before anything runs. */
function chosen(names: string | undefined): Harness[] {
  if (names === undefined)
    return ["llmbench", ...foreignHarnesses.filter((harness) => installedAt(adapterOf(harness)) !== null)];
  return [...new Set(names.split(",").map((name) => name.trim()))].map((name): Harness => {
    if (name === "llmbench" || name === "ours") return "llmbench";
    if (!isForeign(name)) {
      const known = ["ours", ...foreignHarnesses].join(", ");
      throw new CommandError(`harness "${name}" is not known, or sends no load`, `use one of: ${known}`, 2);
    }
    executableOf(adapterOf(name));
    return name;
  });
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new CommandError(`${name} is "${text}"`, "give a whole number from 1", 2);
}

function keyFrom(variable: string | undefined): string | null {
  if (variable === undefined) return null;
  const key = process.env[variable];
  if (key) return key;
  throw new CommandError(`--api-key-env names ${variable}, which is not set`, `export ${variable}=...`, 2);
}
