import { join } from "node:path";
import { type AnalyseOptions, analyse } from "../../analysis/analyse.ts";
import type { Analysis, SystemAnalysis } from "../../analysis/analysis.ts";
import { importRun } from "../../analysis/import/importRun.ts";
import type { Run } from "../../analysis/run.ts";
import { closedLoopRun, type EngineShape } from "./fakeEngine.ts";
import { type FakeRun, originOf, temporaryFolder, writeNativeFolder } from "./nativeFolder.ts";

/** Writes a made-up run and imports it again, as the product does. */
export async function imported(fake: FakeRun, repetition = 1): Promise<Run> {
  const folder = await temporaryFolder();
  try {
    await writeNativeFolder(folder.path, fake);
    return await importRun(folder.path, originOf(fake, repetition));
  } finally {
    await folder.remove();
  }
}

/** What the findings about a system say, but for the few samples and the short stages that all these made-up runs have. */
export function warningsOf({ validity }: SystemAnalysis): string[] {
  return validity.findings
    .filter(({ check }) => check !== "samples" && check !== "steadyState")
    .map(({ text }) => text);
}

export interface FakeSystem {
  readonly name: string;
  readonly shape?: EngineShape;
  readonly repetitions?: number;
  readonly concurrencies?: readonly number[];
}

/** Made-up runs depend on nothing but their parameters, and nobody changes a run: each is made once. */
const made = new Map<string, Promise<Run>>();

export async function runsOf(systems: readonly FakeSystem[], windowMs = 1000): Promise<Run[]> {
  const runs: Run[] = [];
  for (const { name, shape = {}, repetitions = 5, concurrencies = [1, 2, 4] } of systems) {
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      const key = JSON.stringify([name, shape, concurrencies, repetition, windowMs]);
      const runId = `${name}-0badcafe-r${repetition}`;
      const make = () => closedLoopRun({ runId, target: name, seed: repetition, concurrencies, windowMs }, shape);
      const run = made.get(key) ?? imported(make(), repetition);
      made.set(key, run);
      runs.push(await run);
    }
  }
  return runs;
}

export const options: AnalyseOptions = {
  title: "engines",
  createdAt: "2026-11-22T06:30:00.000Z",
  folderOf: ({ runId }) => join("..", runId),
};

export async function analysed(systems: readonly FakeSystem[], windowMs?: number): Promise<Analysis> {
  return analyse(await runsOf(systems, windowMs), options);
}
