import assert from "node:assert/strict";
import { SIMULATOR_VERSION } from "../../simulator/version.ts";
import { complete, events, fastConfig, metric, post, withSimulator } from "./simulatorUnderTest.ts";

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 2000; !condition(); ) {
    assert.ok(performance.now() < deadline, "it did not happen within 2 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe("service of the simulator", () => {
  it("describes itself", () =>
    withSimulator({}, async ({ url }) => {
      const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: Record<string, unknown>[] };
      assert.equal(models.data[0]!.id, "tiny/llama");
      assert.equal(models.data[0]!.max_model_len, fastConfig.maxModelLen);
      const simulator = { name: "llm-bench", version: SIMULATOR_VERSION, speed: fastConfig.speed };
      assert.deepEqual(await (await fetch(`${url}/version`)).json(), { version: "0.32.0", simulator });
      const health = await fetch(`${url}/health`);
      assert.deepEqual([health.status, await health.text()], [200, ""]);
    }));

  it("says on every answer, good or bad, that it is simulated", () =>
    withSimulator(
      {},
      async ({ url }) => {
        const key = { headers: { authorization: "Bearer k" } };
        const body = { model: "tiny/llama", prompt: "def foo", max_tokens: 2 };
        const answers = [
          await fetch(`${url}/v1/models`, key),
          await fetch(`${url}/v1/models`),
          await fetch(`${url}/metrics`),
          await fetch(`${url}/nowhere`),
          await fetch(`${url}/v1/completions`, key),
          await post(url, "/v1/completions", body, key),
          await post(url, "/v1/completions", { ...body, stream: true }, key),
          await post(url, "/v1/completions", { ...body, model: "other" }, key),
          await post(url, "/v1/completions", "{", key),
        ];
        assert.deepEqual(
          answers.map(({ status }) => status),
          [200, 401, 200, 404, 405, 200, 200, 404, 400],
        );
        for (const { headers } of answers) assert.equal(headers.get("x-llm-bench-simulator"), SIMULATOR_VERSION);
      },
      { apiKey: "k" },
    ));

  it("counts tokens as it counts prompts", () =>
    withSimulator({}, async ({ url }) => {
      const text = "Benchmarks, 2026: don't trust 1234567 averages.";
      const answer = await post(url, "/tokenize", { model: "tiny/llama", prompt: text, return_token_strs: true });
      const { count, tokens, token_strs } = (await answer.json()) as {
        count: number;
        tokens: number[];
        token_strs: string[];
      };
      assert.equal(token_strs.join(""), text);
      assert.equal(tokens.length, count);
      const used = (await (await complete(url, { prompt: text, max_tokens: 1 })).json()) as {
        usage: { prompt_tokens: number };
      };
      assert.equal(used.usage.prompt_tokens, count);
      const words = (await (await post(url, "/tokenize", { prompt: " ba be bi" })).json()) as { tokens: number[] };
      const back = await post(url, "/detokenize", { tokens: words.tokens });
      assert.deepEqual(await back.json(), { prompt: " ba be bi" });
    }));

  it("aborts a request whose client has gone, frees its blocks and counts it", () =>
    withSimulator({}, async ({ url, generations }) => {
      const gone = new AbortController();
      const body = { prompt: "a", max_tokens: 3000, ignore_eos: true, stream: true };
      const response = await post(url, "/v1/completions", body, { signal: gone.signal });
      await response.body!.getReader().read();
      assert.equal(generations.engine.running, 1);
      assert.ok(generations.engine.cache.usage > 0);
      gone.abort();
      await until(() => generations.engine.running === 0);
      assert.equal(generations.engine.cache.usage, 0);
      assert.equal(await metric(url, "vllm:request_success_total", 'finished_reason="abort"'), 1);
      assert.equal(generations.engine.nextEventMs() === null || generations.engine.waiting === 0, true);
    }));

  it("shows the queue while it lasts", () =>
    withSimulator({ maxNumSeqs: 2, speed: 1 }, async ({ url, generations }) => {
      const gone = new AbortController();
      for (const token of [1, 2, 3]) {
        const body = { prompt: [token], max_tokens: 1000, ignore_eos: true };
        post(url, "/v1/completions", body, { signal: gone.signal }).catch(() => null);
      }
      await until(() => generations.engine.running === 2 && generations.engine.waiting === 1);
      assert.equal(await metric(url, "vllm:num_requests_running"), 2);
      assert.equal(await metric(url, "vllm:num_requests_waiting"), 1);
      assert.equal(await metric(url, "vllm:num_requests_waiting_by_reason", 'reason="capacity"'), 1);
      assert.ok((await metric(url, "vllm:kv_cache_usage_perc")) > 0);
      gone.abort();
      await until(() => generations.inFlight === 0);
      assert.equal(await metric(url, "vllm:num_requests_waiting"), 0);
      assert.equal(await metric(url, "vllm:kv_cache_usage_perc"), 0);
    }));

  it("keeps vLLM's books", () =>
    withSimulator({}, async ({ url }) => {
      const prompt = Array.from({ length: 40 }, (_, i) => 300 + i);
      for (let i = 0; i < 2; i++) await complete(url, { prompt, max_tokens: 5, ignore_eos: true });
      const read = (name: string, labels?: string) => metric(url, `vllm:${name}`, labels);
      assert.equal(await read("prompt_tokens_total"), 80);
      assert.equal(await read("generation_tokens_total"), 10);
      // The second finds two full blocks of 16; the third is not full.
      assert.equal(await read("prefix_cache_queries_total"), 80);
      assert.equal(await read("prefix_cache_hits_total"), 32);
      assert.equal(await read("prompt_tokens_cached_total"), 32);
      assert.equal(await read("prompt_tokens_by_source_total", 'source="local_compute"'), 48);
      assert.equal(await read("request_success_total", 'finished_reason="length"'), 2);
      assert.equal(await read("num_preemptions_total"), 0);
      assert.equal(await read("time_to_first_token_seconds_count"), 2);
      assert.equal(await read("inter_token_latency_seconds_count"), 8);
      assert.equal(await read("e2e_request_latency_seconds_count"), 2);
      assert.equal(await read("request_generation_tokens_sum"), 10);
      assert.equal(await read("request_prefill_kv_computed_tokens_sum"), 48);
      assert.equal(await read("cache_config_info", 'num_gpu_blocks="1024"'), 1);
      // Prefill and four decode steps each.
      assert.equal(await read("iteration_tokens_total_count"), 10);
      assert.equal(await read("time_to_first_token_seconds_bucket", 'le="0.005"'), 2);
      assert.equal(await read("time_to_first_token_seconds_bucket", 'le="+Inf"'), 2);
    }));

  it("writes metrics in the exposition format, labels sorted, buckets cumulative", () =>
    withSimulator({}, async ({ url }) => {
      await complete(url, { max_tokens: 3, ignore_eos: true });
      const response = await fetch(`${url}/metrics`);
      assert.equal(response.headers.get("content-type"), "text/plain; version=1.0.0; charset=utf-8");
      const page = await response.text();
      const line = /^[a-z0-9_:]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?\d+(\.\d+)?(e-?\d+)?$/;
      for (const text of page.trimEnd().split("\n")) {
        assert.ok(text.startsWith("# HELP ") || text.startsWith("# TYPE ") || line.test(text), text);
      }
      assert.ok(page.includes('vllm:num_requests_running{engine="0",model_name="tiny/llama"} 0.0\n'));
      const buckets = [...page.matchAll(/vllm:iteration_tokens_total_bucket\{.*le="([^"]+)".*\} (\d+)\.0/g)];
      assert.deepEqual(buckets.map(([, bound]) => bound).slice(0, 3), ["1.0", "8.0", "16.0"]);
      assert.deepEqual(buckets.map(([, , count]) => count).slice(0, 3), ["2", "3", "3"]);
    }));

  it("ends a request of 400 steps when the model says, without drift", async function () {
    this.timeout(20_000);
    await withSimulator({ speed: 4 }, async ({ url }) => {
      // A step is 2.5 ms of real time; timers of whole milliseconds, chained, would be 200 ms late by the end, always.
      // A busy machine may be late at the very end; it is not every time.
      let lateMs = Number.POSITIVE_INFINITY;
      for (let attempt = 1; attempt <= 3 && lateMs > 15; attempt++) {
        const started = performance.now();
        const body = { prompt: [attempt], max_tokens: 400, ignore_eos: true, stream: true };
        const all = await events(await complete(url, body));
        const tookMs = performance.now() - started;
        assert.equal(all.length, 401);
        assert.ok(tookMs >= 1000, `${tookMs} ms: too early`);
        lateMs = Math.min(lateMs, tookMs - 1000);
        assert.equal(await metric(url, "vllm:e2e_request_latency_seconds_sum"), attempt);
      }
      assert.ok(lateMs < 40, `${lateMs} ms late at best`);
    });
  });
});
