import assert from "node:assert/strict";
import fc from "fast-check";
import { textTable, wrapText } from "../../../analysis/write/textTable.ts";

describe("a text table", () => {
  it("aligns cells and heads, which stand on the bottom line", () => {
    const columns = [
      { head: ["name"], align: "left" },
      { head: ["TTFT ms", "p50"], align: "right" },
    ] as const;
    assert.deepEqual(
      textTable(columns, [
        ["a", "1.0"],
        ["bcdef", "n<130"],
      ]),
      ["       TTFT ms", "name       p50", "a          1.0", "bcdef    n<130"],
    );
  });
});

describe("wrapped text", () => {
  it("keeps a number and its per cent together and indents what follows", () => {
    assert.deepEqual(wrapText("one two 11.0 % three", 12, "  "), ["one two", "  11.0 %", "  three"]);
    assert.deepEqual(wrapText("", 10), []);
  });

  it("loses no word, and is wider only for a word that is too long", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 8, max: 40 }), (list, width) => {
        const lines = wrapText(list.join(" "), width, "  ");
        assert.deepEqual(
          lines.flatMap((line) => line.trim().split(" ")),
          list,
        );
        for (const line of lines) assert.ok(line.length <= width || line.trim().split(" ").length === 1, line);
      }),
    );
  });
});
