import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { engineRestarts } from "../../../analysis/import/engineRestarts.ts";
import { temporaryFolder } from "../nativeFolder.ts";

const span = { fromMs: Date.parse("2026-11-22T06:00:00Z"), toMs: Date.parse("2026-11-22T06:10:00Z") };

async function told(pods: unknown): Promise<string[]> {
  const folder = await temporaryFolder();
  try {
    await mkdir(join(folder.path, "environment"));
    await writeFile(
      join(folder.path, "environment", "pods.json"),
      typeof pods === "string" ? pods : JSON.stringify({ pods }),
    );
    return await engineRestarts(folder.path, span);
  } finally {
    await folder.remove();
  }
}

const pod = (startedAt: string, previousEnd: object | null = null, component = "engine") => [
  { name: "vllm-0", component, containers: [{ name: "engine", startedAt, previousEnd }] },
];

describe("restarts of an engine, from the facts of a cluster", () => {
  it("are containers that began while requests were sent, with what ended the one before", async () => {
    const oom = { reason: "OOMKilled", exitCode: 137, at: "2026-11-22T06:04:00.000Z" };
    assert.deepEqual(await told(pod("2026-11-22T06:04:10.000Z", oom)), [
      "a container of the engine's pod vllm-0 began anew at 2026-11-22T06:04:00.000Z (after OOMKilled)",
    ]);
    assert.deepEqual(await told(pod("2026-11-22T06:12:00.000Z", oom)), [
      "a container of the engine's pod vllm-0 began anew at 2026-11-22T06:04:00.000Z (after OOMKilled)",
    ]);
  });

  it("are none before the load or after it, nor of other pods", async () => {
    assert.deepEqual(
      await told(pod("2026-11-22T05:59:00.000Z", { reason: "Error", at: "2026-11-22T05:58:00.000Z" })),
      [],
    );
    assert.deepEqual(await told(pod("2026-11-22T06:10:30.000Z")), []);
    assert.deepEqual(await told(pod("2026-11-22T06:04:10.000Z", null, "harness")), []);
  });

  it("are not known where the facts are not, or are damaged", async () => {
    for (const pods of ["{", "null", null, {}, [null, 3, { component: "engine", containers: "x" }]])
      assert.deepEqual(await told(pods), []);
    assert.deepEqual(await engineRestarts("/nowhere", span), []);
  });
});
