import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ImportError } from "../../../analysis/import/importError.ts";
import type { Importer } from "../../../analysis/import/nativeResults.ts";
import { reportedMetrics, reportedRun, summary } from "../reportedRun.ts";
import { importDamaged } from "./damage.ts";

/** Reads `{ "ttft": ..., "seconds": ... }`. @param missing what it makes of a value that is none */
const importerWith =
  (missing: number | null): Importer =>
  async (native) => {
    const file = join(native, "x.json");
    let read: { readonly ttft?: unknown; readonly seconds?: unknown } | null;
    try {
      read = JSON.parse(await readFile(file, "utf8"));
    } catch {
      throw new ImportError(file, "is damaged", "copy it again");
    }
    const number = (value: unknown) => (typeof value === "number" && value > 0 ? value : missing);
    const [ttft, windowSeconds] = [number(read?.ttft), number(read?.seconds)];
    const ttftMs = summary(20, ttft === null ? {} : { mean: ttft, p50: ttft });
    const run = reportedRun({}, [reportedMetrics({ ttftMs, windowSeconds })]);
    return { ...run, startedAt: run.startedAt, problems: [] };
  };
const damaged = (text: object, missing: number | null) =>
  importDamaged(importerWith(missing), { "x.json": Buffer.from(JSON.stringify(text)) }, 100);

describe("the check of damaged files", () => {
  it("fails an importer that makes 0 of what is missing", () =>
    assert.rejects(damaged({ ttft: 5 }, 0), /ttftMs\.mean was 5 and is 0|windowSeconds is 0 of 20 sent/));

  it("fails it for each value by its own name", async () => {
    await assert.rejects(damaged({ seconds: 9 }, 0), /windowSeconds is 0 of 20 sent/);
    const only: Importer = async (native) => {
      const results = await importerWith(0)(native);
      const [stage] = results.stages;
      return { ...results, stages: [{ ...stage!, reported: { ...stage!.reported!, windowSeconds: 9 } }] };
    };
    const files = { "x.json": Buffer.from(JSON.stringify({ ttft: 5 })) };
    await assert.rejects(importDamaged(only, files, 100), /x\.json .*: concurrency 1 ttftMs\.mean was 5 and is 0/);
  });

  it("passes one that leaves it out", async () => {
    const { read, refused } = await damaged({ ttft: 5, seconds: 9 }, null);
    assert.ok(read > 20 && refused > 5, JSON.stringify({ read, refused }));
  });
});
