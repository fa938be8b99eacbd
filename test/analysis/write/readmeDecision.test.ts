import assert from "node:assert/strict";
import { readmeText } from "../../../analysis/write/readme.ts";
import { analysis } from "../figures/fixture.ts";
import { judgedSystem } from "../figures/judged.ts";

const none = { images: [], files: [] };

describe("README.md of a judged run", () => {
  it("says whether it is valid, which load holds, for how much, and what held it back", () => {
    const text = readmeText(analysis([judgedSystem()]), none);
    assert.match(text, /^- ◆ SUSPECT: At concurrency 32 the TTFT still rose/m);
    assert.match(text, /^- Largest load within the objectives: concurrency 16 passes, 32 fails\.$/m);
    assert.match(text, /^- Goodput: 8\.94 requests\/s at concurrency 16/m);
    assert.match(text, /^- Per million output tokens: \$0\.607 \(good tokens, at concurrency 16\)\.$/m);
    assert.match(text, /^- Bottleneck: The KV cache was full/m);
    assert.match(text, /\| TTFT p95 \| ≤ 120 ms \| 97\.1 ms \| 93\.2 ms to 102 ms \| ✓ PASS \| 249 ms .*✗ FAIL \|$/m);
    assert.match(text, /\| KV max \|.*\| objectives \| steady\? \|$/m);
    assert.doesNotMatch(text, /No objectives were set/);
  });

  it("stays below 60 kB: rows go, words stay", () => {
    const loads = Array.from({ length: 40 }, (_, i) => i + 1);
    const systems = Array.from({ length: 12 }, (_, i) => judgedSystem({ name: `engine-${i}`, loads }));
    const text = readmeText(analysis(systems), none);
    assert.ok(Buffer.byteLength(text) <= 60_000, `${Buffer.byteLength(text)} bytes`);
    assert.match(text, /more loads are in `stats\.txt`/);
    assert.equal(text.match(/Largest load within/g)?.length, 12);
  });
});
