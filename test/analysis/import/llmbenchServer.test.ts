import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { importLlmbench } from "../../../analysis/import/llmbench/llmbench.ts";
import { serverMetricsFile } from "../../../harness/recordFormat.ts";

const captured = join(import.meta.dirname, "..", "..", "data", "server-metrics", "vllm-0.32.0");

describe("import of server metrics", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "llm-bench-server-"));
    cpSync(captured, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = () => join(folder, serverMetricsFile);
  const text = () => gunzipSync(readFileSync(file())).toString("utf8");

  it("of a real vLLM agrees with what its answers told", async () => {
    const { server, requests, stages } = await importLlmbench(folder);
    assert.deepEqual(server?.remarks, []);
    stages.forEach((_, stage) => {
      const sums = { prompt: 0, cached: 0, output: 0 };
      for (let row = 0; row < (requests?.length ?? 0); row++) {
        if (requests?.stage[row] !== stage) continue;
        sums.prompt += requests.promptTokens[row] as number;
        sums.cached += requests.cachedTokens[row] as number;
        sums.output += requests.outputTokens[row] as number;
      }
      const told = server?.stages[stage];
      assert.deepEqual([told?.promptTokens.value, told?.outputTokens.value], [sums.prompt, sums.output]);
      assert.equal(told?.prefixCacheHitRate.value, sums.cached / sums.prompt);
      assert.equal(told?.preemptions.value, 0);
      for (const one of [told?.queueSeconds, told?.prefillSeconds, told?.decodeSeconds, told?.kvCacheUse.max])
        assert.ok((one?.value ?? 0) > 0);
    });
    const [one, eight] = server?.stages ?? [];
    assert.deepEqual([one?.samples, one?.running.max.value], [4, 1]);
    assert.ok((eight?.running.mean.value ?? 0) > 6, "eight were under way nearly all the time");
    assert.deepEqual(
      server?.series.map(({ metric, pod }) => [metric, pod]),
      ["running", "waiting", "kvCacheUse", "prefixCacheHitRate"].map((metric) => [metric, null]),
    );
  });

  it("of a run that was killed reads what was flushed", async () => {
    const whole = readFileSync(file());
    writeFileSync(file(), whole.subarray(0, Math.floor(whole.length * 0.7)));
    const { server } = await importLlmbench(folder);
    assert.equal(server?.stages[0]?.outputTokens.value, 480);
    assert.match(server?.remarks[0] ?? "", /^server_metrics\.jsonl\.gz is not whole/);
  });

  it("says when the server counts what its answers did not tell", async () => {
    writeFileSync(
      file(),
      gzipSync(
        text().replace(/(vllm:generation_tokens_total\{[^}]*\}) (\d+)/g, (_, name, n) => `${name} ${2 * Number(n)}`),
      ),
    );
    const { server } = await importLlmbench(folder);
    assert.deepEqual(server?.remarks, [
      "the server counted up to 100.0 % more output tokens than its answers told, at concurrency 1, 8: others load it, too",
    ]);
  });

  it("of a run made before metrics were kept is null, and a damaged file costs the metrics only", async () => {
    writeFileSync(file(), "this is no gzip");
    const { server, stages } = await importLlmbench(folder);
    assert.equal(stages.length, 2);
    assert.deepEqual(server?.stages, [null, null]);
    assert.match(server?.remarks[0] ?? "", /not whole \(incorrect header check\)/);
    rmSync(file());
    assert.equal((await importLlmbench(folder)).server, null);
  });
});
