import { equal } from "node:assert/strict";
import fc from "fast-check";
import { afterString } from "../../../analysis/import/json/jsonString.ts";

/** JSON's own grammar of a text, byte by byte. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const GRAMMAR = /^"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/;

describe("The end of a JSON text", () => {
  it("is where the grammar has it, at any place in memory and with any bytes behind it", () => {
    const piece = fc.oneof(
      fc.constantFrom('\\"', "\\\\", "\\n", "\\u00e9", "\\uD83D", "\\/", "é", "你", "😀", " few", "0123456789"),
      fc.constantFrom('"', "\\", "\\x", "\\u12g4", "\\u12", "\n", "\u0000", "\u001f", " ", "\u007f"),
      fc.string({ maxLength: 9 }),
    );
    // Mostly whole ones: else the first wrong piece would end nearly all of them.
    const whole = fc
      .array(fc.string({ unit: "grapheme", maxLength: 9 }), { maxLength: 8 })
      .map((all) => JSON.stringify(all.join("")));
    const text = fc.oneof(
      whole,
      fc.array(piece, { maxLength: 12 }).map((all) => `"${all.join("")}"`),
    );
    fc.assert(
      fc.property(text, fc.nat(7), fc.string({ maxLength: 6 }), fc.nat(9), (json, before, behind, cut) => {
        const inside = Buffer.from(`${json}${behind}`);
        const stop = before + Math.max(1, inside.length - cut);
        const bytes = Buffer.concat([Buffer.alloc(before, '"'), inside]);
        const found = GRAMMAR.exec(bytes.toString("latin1", before, stop));
        equal(afterString(bytes, before, stop), found === null ? -1 : before + found[0].length);
      }),
      { numRuns: 5000 },
    );
  });
});
