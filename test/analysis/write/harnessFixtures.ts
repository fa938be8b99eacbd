import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { importable, importRun } from "../../../analysis/import/importRun.ts";
import type { Run } from "../../../analysis/run.ts";
import { originOf, temporaryFolder } from "../nativeFolder.ts";

const data = join(import.meta.dirname, "..", "..", "data");

export interface Fixture {
  readonly harness: string;
  /** Below test/data/<harness>/. */
  readonly name: string;
  readonly native: string;
}

/** Native files of every harness that can be read and has some: each folder of test/data/<harness>/ is one run. */
export function fixtures(): Fixture[] {
  return importable.flatMap((harness) => {
    const folder = join(data, harness);
    if (!existsSync(folder)) return [];
    const runs = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return runs.map(({ name }) => ({ harness, name, native: join(folder, name) }));
  });
}

/** Reads it as the product does, with a manifest that says who made it. */
export async function importFixture({ harness, native }: Fixture): Promise<Run> {
  const folder = await temporaryFolder();
  try {
    symlinkSync(native, join(folder.path, "results"));
    return await importRun(folder.path, { ...originOf({ target: "engine" }), harness, simulated: false });
  } finally {
    await folder.remove();
  }
}
