import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../../../analysis/run.ts";
import { closedLoopRun, type EngineShape } from "../fakeEngine.ts";
import { originOf, writeNativeFolder } from "../nativeFolder.ts";

export interface FakeSide {
  readonly shape?: EngineShape;
  readonly repetitions?: number;
  readonly target?: string;
  /** Repetition -> what its manifest says otherwise. */
  readonly manifest?: (repetition: number) => Partial<Manifest>;
  /** Another one has other noise. */
  readonly seed?: number;
  readonly inputTokens?: number;
}

/** Writes a folder of whole run folders, as results/STACK is one. The scenario is none of ours, so no stack file rules it. */
export async function writeSide(folder: string, side: FakeSide = {}): Promise<string> {
  const { shape = {}, repetitions = 5, target = "engine", manifest = () => ({}), seed = 0, inputTokens } = side;
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const runId = `${target}-0badcafe-r${repetition}`;
    const fake = { runId, target, seed: seed + repetition, concurrencies: [1, 4], windowMs: 2000 };
    const path = join(folder, runId);
    const run = closedLoopRun(fake, shape);
    await writeNativeFolder(path, inputTokens === undefined ? run : { ...run, plan: longPrompts(inputTokens) });
    const whole = {
      formatVersion: 1,
      scenarioName: "made-up",
      attempt: 1,
      status: "complete",
      reason: null,
      startedAt: `2026-11-22T06:0${repetition}:00.000Z`,
      endedAt: `2026-11-22T06:0${repetition}:30.000Z`,
      files: {},
      ...originOf({ runId, target, seed }, repetition),
      stack: "made-up",
      ...manifest(repetition),
    };
    writeFileSync(join(path, "manifest.json"), JSON.stringify(whole));
  }
  return folder;
}

function longPrompts(value: number) {
  const fixed = (tokens: number) => ({ type: "fixed", value: tokens }) as const;
  const data = { type: "synthetic", form: "text", inputTokens: fixed(value), outputTokens: fixed(10) } as const;
  return { data: { ...data, sharedPrefix: null } };
}
