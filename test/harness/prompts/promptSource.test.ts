import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { DataSource, HarnessPlan } from "../../../harness/plan.ts";
import { promptIdentity } from "../../../harness/prompts/promptIdentity.ts";
import { promptSource } from "../../../harness/prompts/promptSource.ts";
import { words } from "../../../harness/prompts/words.ts";
import { purposes, streamKey } from "../../../harness/random.ts";
import { WARMUP_STAGE } from "../../../harness/recordFormat.ts";
import { fixedLength, testPlan } from "../testPlan.ts";

function plan(form: "text" | "tokenIds", changes: object = {}, api: HarnessPlan["api"] = "completions"): HarnessPlan {
  const lengths = { inputTokens: fixedLength(24), outputTokens: fixedLength(5) };
  const data: DataSource = { type: "synthetic", form, ...lengths, sharedPrefix: null, ...changes };
  return testPlan("http://127.0.0.1:1", { api, data });
}

describe("synthetic prompts", () => {
  it("has 256 different words", () => assert.equal(new Set(words).size, 256));

  for (const form of ["text", "tokenIds"] as const) {
    const tokensOf = (json: string): unknown[] =>
      form === "text" ? (JSON.parse(json) as string).split(" ") : (JSON.parse(json) as number[]);

    it(`${form}: the asked length, the same again, all different from the first block on, in every stage`, () => {
      const source = promptSource(plan(form));
      const again = promptSource(plan(form));
      const heads = new Set<string>();
      for (const stage of [0, 1, 7, WARMUP_STAGE]) {
        const prompts = source.forStage(stage);
        for (let i = 0; i < 2000; i++) {
          const prompt = prompts(i);
          const tokens = tokensOf(prompt.json);
          assert.equal(tokens.length, 24);
          assert.equal(prompt.inputTokens, 24);
          heads.add(tokens.slice(0, 5).join());
          if (i % 500 === 0) assert.deepEqual(again.forStage(stage)(i), prompt);
        }
      }
      assert.equal(heads.size, 8000);
    });

    it(`${form}: prompts of a group share the prefix and nothing after it`, () => {
      const sharedPrefix = { tokens: 16, groups: 4 };
      const source = promptSource(plan(form, { sharedPrefix }));
      const prompts = Array.from({ length: 400 }, (_, i) => source.forStage(2)(i));
      const prefixes = new Set(prompts.map((p) => tokensOf(p.json).slice(0, 16).join()));
      assert.equal(prefixes.size, 4);
      assert.equal(new Set(prompts.map((p) => tokensOf(p.json).slice(16, 21).join())).size, 400);
      assert.ok(prompts.every((p) => p.inputTokens === 40 && tokensOf(p.json).length === 40));
      const other = new Set(
        Array.from({ length: 100 }, (_, i) => tokensOf(source.forStage(0)(i).json).slice(0, 16).join()),
      );
      assert.deepEqual(other, prefixes, "the same prefixes in every stage");
      const warm = tokensOf(source.forStage(WARMUP_STAGE)(0).json).slice(0, 16).join();
      assert.ok(!prefixes.has(warm), "others for warm-up");
    });
  }

  it("token ids stay in the range that every model has", () => {
    const ids = Array.from({ length: 200 }, (_, i) =>
      JSON.parse(promptSource(plan("tokenIds")).forStage(0)(i).json),
    ).flat();
    assert.ok(ids.every((id) => Number.isInteger(id) && id >= 1000 && id < 5096));
  });

  it("chat text is one user message", () => {
    const messages = JSON.parse(promptSource(plan("text", {}, "chat")).forStage(0)(0).json);
    assert.equal(messages.length, 1);
    assert.equal(messages[0].role, "user");
    assert.equal(messages[0].content.split(" ").length, 24);
  });

  it("an identity is never given twice", () => {
    const key = streamKey(3, 0, purposes.identity);
    const of = (stage: number, i: number): number => {
      const { left, right } = promptIdentity(key, stage, i);
      return left * 2 ** 20 + right;
    };
    const place = fc.tuple(fc.nat(4094), fc.nat(2 ** 28 - 1));
    fc.assert(
      fc.property(place, place, (a, b) => (of(...a) === of(...b)) === (a.join() === b.join())),
      { numRuns: 2000 },
    );
  });
});

describe("prompts from a file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "llm-bench-prompts-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const source = (name: string, text: string, api: HarnessPlan["api"]) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    const data: DataSource = { type: "file", path, outputTokens: fixedLength(9) };
    return promptSource(testPlan("http://127.0.0.1:1", { api, data }));
  };

  it("takes lines of text, each once before any comes again, warm-up from the end", () => {
    const lines = ["one", 'two "quoted" \\', "", "three ü"];
    const prompts = source("p.txt", lines.join("\r\n"), "completions");
    const stage = Array.from({ length: 6 }, (_, i) => JSON.parse(prompts.forStage(0)(i).json));
    assert.deepEqual(new Set(stage.slice(0, 3)), new Set(["one", 'two "quoted" \\', "three ü"]));
    assert.deepEqual(stage.slice(3), stage.slice(0, 3));
    assert.equal(JSON.parse(prompts.forStage(WARMUP_STAGE)(0).json), "three ü");
    assert.deepEqual([prompts.forStage(0)(0).inputTokens, prompts.forStage(0)(0).outputTokens], [null, 9]);
  });

  it("takes messages and max_tokens", () => {
    const messages = [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
    ];
    const prompts = source("p.jsonl", `${JSON.stringify({ messages, max_tokens: 4 })}\n`, "chat");
    assert.deepEqual(JSON.parse(prompts.forStage(0)(0).json), messages);
    assert.equal(prompts.forStage(0)(0).outputTokens, 4);
  });

  it("names file and line of what it cannot use", () => {
    const refusals: [string, string, HarnessPlan["api"], RegExp][] = [
      ["p.jsonl", '{"prompt": "a"}\n{"prompt": ', "chat", /p\.jsonl:2: .* one JSON object a line/],
      ["p.jsonl", '{"prompt": "a"}\n\n{"text": "b"}', "chat", /p\.jsonl:3 prompt: nothing is not allowed/],
      ["p.jsonl", '{"messages": [{"role": "user"}]}', "completions", /p\.jsonl:1 messages: .* api "chat"/],
      ["p.jsonl", '{"messages": []}', "chat", /p\.jsonl:1 messages: \[\] is not allowed/],
      ["p.jsonl", '{"prompt": "a", "messages": [{"role": "user"}]}', "chat", /p\.jsonl:1: .* one of the two/],
      ["p.jsonl", '{"prompt": "a", "max_tokens": 0}', "chat", /p\.jsonl:1 max_tokens: 0 is not allowed/],
      ["p.jsonl", "null", "chat", /p\.jsonl:1 prompt/],
      ["p.txt", "\n\n", "chat", /p\.txt" is not allowed here; .* it is empty/],
      ["p.csv", "a", "chat", /data\.path: .* \.jsonl file .* \.txt file/],
    ];
    for (const [name, text, api, message] of refusals)
      assert.throws(() => source(name, text, api), { name: "PlanError", message });
    const data: DataSource = { type: "file", path: join(folder, "none.txt"), outputTokens: fixedLength(1) };
    const missing = testPlan("http://127.0.0.1:1", { data });
    assert.throws(() => promptSource(missing), { name: "PlanError", message: /none\.txt.*readable file \(ENOENT/ });
  });
});
