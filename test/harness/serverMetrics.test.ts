import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { LONGEST_TEXT, wantedLines } from "../../harness/metrics/wantedLines.ts";
import type { HarnessPlan } from "../../harness/plan.ts";
import { type ServerMetricsLine, serverMetricsFile } from "../../harness/recordFormat.ts";
import { runPlan } from "../../harness/run.ts";
import { newFolder } from "./resultFolder.ts";
import { late, seconds } from "./runAgainst.ts";
import { fixed, ScriptedServer, wholeStream } from "./scriptedServer.ts";
import { closed, testPlan } from "./testPlan.ts";

const vllmPage = readFileSync(join(import.meta.dirname, "..", "data", "server-metrics", "vllm-0.32.0.prom"), "utf8");
const stage = (time: number) => seconds("c", { type: "concurrency", concurrency: 2 }, time);

interface Watched {
  readonly lines: readonly ServerMetricsLine[];
  readonly heads: readonly string[];
  readonly seconds: number;
  readonly text: string;
}

/** Runs a plan against a server that answers GET as told. */
async function watch(
  answer: (asked: number, path: string) => string,
  changes: Partial<HarnessPlan>,
  signal?: AbortSignal,
): Promise<Watched> {
  const server = await ScriptedServer.start(late(1, wholeStream(3)));
  const heads: string[] = [];
  server.onGet = (path, head) => {
    heads.push(head);
    return answer(heads.length, path);
  };
  const folder = newFolder();
  const began = performance.now();
  try {
    const { target } = testPlan(server.origin);
    const plan = testPlan(server.origin, {
      ...changes,
      target: { ...target, ...changes.target, baseUrl: server.origin },
    });
    await runPlan(plan, folder.path, signal === undefined ? {} : { signal });
    const file = join(folder.path, serverMetricsFile);
    const text = existsSync(file) ? gunzipSync(readFileSync(file)).toString("utf8") : "";
    const lines = text
      .split("\n")
      .slice(1, -1)
      .map((line) => JSON.parse(line) as ServerMetricsLine);
    return { lines, heads, text, seconds: (performance.now() - began) / 1000 };
  } finally {
    folder.remove();
    await server.stop();
  }
}
const page = fixed("200 OK", "text/plain", vllmPage);

describe("metrics of the server", () => {
  it("are kept at the borders of each stage, and once a second in between; not of warm-up", async () => {
    const { lines } = await watch(() => page, {
      warmup: { requests: 2, concurrency: 1 },
      stages: [stage(2.2), closed(1, 1)],
    });
    assert.deepEqual(
      lines.map(({ stage, moment }) => `${stage} ${moment}`),
      ["0 begin", "0 during", "0 during", "0 end", "1 begin", "1 end"],
    );
    for (const { text = "", gap, tookMs } of lines) {
      assert.equal(gap, undefined);
      assert.ok(tookMs >= 0);
      assert.match(text, /^vllm:prompt_tokens_total\{/m);
      assert.match(text, /^vllm:request_queue_time_seconds_sum\{/m);
      assert.doesNotMatch(text, /_bucket|_created|^#|^python_/m);
    }
  });

  it("that nobody tells cost one question: a gap that is final, and a run like any other", async () => {
    const { lines, heads } = await watch(() => fixed("404 Not Found", "text/plain", "x"), {
      stages: [stage(1.2), closed(1, 1)],
    });
    assert.equal(heads.length, 1);
    assert.deepEqual(
      lines.map(({ gap, final }) => [gap, final]),
      [["HTTP 404", true]],
    );
  });

  it("of an address where nobody listens are one gap, too", async () => {
    const { lines } = await watch(() => page, {
      stages: [closed(1, 1), closed(1, 1)],
      metrics: { urls: ["http://127.0.0.1:1/metrics"] },
    });
    assert.equal(lines.length, 1);
    assert.match(lines[0]?.gap ?? "", /ECONNREFUSED/);
    assert.equal(lines[0]?.final, true);
  });

  it("that come and go leave gaps, and fewer and fewer questions", async () => {
    const down = fixed("503 Service Unavailable", "text/plain", "x");
    const { lines } = await watch((asked) => (asked === 1 ? page : down), { stages: [stage(4.3)] });
    const gaps = lines.filter(({ gap }) => gap === "HTTP 503");
    assert.ok(gaps.length >= 2 && gaps.length <= 4, `${gaps.length} gaps`);
    assert.ok(gaps.every(({ final }) => final === undefined));
    assert.equal(lines.at(-1)?.moment, "end");
  });

  it("are asked with the API key of the target, which nobody else sees and no file holds", async () => {
    const other = createServer((request, response) => {
      heads.push(request.headers.authorization);
      response.end(page.slice(page.indexOf("\r\n\r\n") + 4));
    });
    const heads: (string | undefined)[] = [];
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    process.env.LLM_BENCH_TEST_KEY = "sk-very-secret";
    try {
      const target = { ...testPlan("http://h").target, apiKeyEnv: "LLM_BENCH_TEST_KEY" };
      const told = await watch(() => fixed("200 OK", "text/plain", 'vllm:x{key="sk-very-secret"} 1\n'), { target });
      assert.match(told.heads[0] ?? "", /authorization: Bearer sk-very-secret/i);
      assert.match(told.lines[0]?.text ?? "", /vllm:x\{key="\*\*\*"\} 1/);
      assert.ok(!told.text.includes("sk-very-secret"));
      await watch(() => page, { target, metrics: { urls: [`http://127.0.0.1:${port}/metrics`] } });
      assert.ok(heads.length > 0 && heads.every((head) => head === undefined));
    } finally {
      delete process.env.LLM_BENCH_TEST_KEY;
      other.close();
    }
  });

  it("are not asked where the plan says null", async () => {
    const { heads, text } = await watch(() => page, { metrics: null });
    assert.deepEqual([heads, text], [[], ""]);
  });

  it("that never come hold up neither a stage for long nor the end of a run that is stopped", async () => {
    const stopper = new AbortController();
    setTimeout(() => stopper.abort("stopped by SIGTERM"), 600);
    const silent = "HTTP/1.1 200 OK\r\n";
    const { seconds: took } = await watch(() => silent, { stages: [stage(60)] }, stopper.signal);
    assert.ok(took < 4, `${took} s`);
  });

  it("neither fail a run nor stop it where the file cannot be written", async () => {
    const server = await ScriptedServer.start(late(1, wholeStream(3)));
    server.onGet = () => page;
    const folder = newFolder();
    mkdirSync(join(folder.path, serverMetricsFile), { recursive: true });
    const { exitCode } = await runPlan(testPlan(server.origin, { stages: [stage(1.2)] }), folder.path);
    assert.equal(exitCode, 0);
    folder.remove();
    await server.stop();
  });
});

describe("wantedLines", () => {
  it("keeps whole lines up to its limit, and says that it cut", () => {
    const line = `vllm:x{endpoint="${"a".repeat(100)}"} 1\n`;
    const { text, cut } = wantedLines(line.repeat(10_000));
    assert.ok(cut && text.length <= LONGEST_TEXT + line.length && text.endsWith(" 1\n"));
    assert.deepEqual(wantedLines("vllm:x 1"), { text: "vllm:x 1\n", cut: false });
  });

  it("makes a page of a real vLLM at most a fifth as long", () => {
    assert.ok(wantedLines(vllmPage).text.length < vllmPage.length / 5);
  });
});
