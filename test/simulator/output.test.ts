import assert from "node:assert/strict";
import fc from "fast-check";
import { planOutput } from "../../simulator/output.ts";
import { pieces, tokenize } from "../../simulator/tokenizer.ts";
import { EOS_TOKEN, VOCABULARY_SIZE, wordOf, words } from "../../simulator/vocabulary.ts";

const plain = { minTokens: 0, ignoreEos: false, stop: [], stopTokenIds: [], includeStop: false, seed: 0 };
const textOf = (output: ReturnType<typeof planOutput>): string =>
  Array.from({ length: output.tokens }, (_, i) => output.textAt(i)).join("");

describe("tokenizer", () => {
  it("cuts English into tokens of about four characters", () => {
    const text =
      "Inference servers batch the requests of many users, because reading the weights of a large model " +
      "from memory costs as much for one token as for fifty. ";
    const average = text.length / tokenize(text).length;
    assert.ok(average > 3.5 && average < 5, `${average}`);
  });

  it("loses no character, and gives text that begins alike the same first tokens (property)", () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab zé,.1\n"{'.split("")), maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, (prefix, one, other) => {
        assert.equal(pieces(prefix + one).join(""), prefix + one);
        const [a, b] = [tokenize(prefix + one), tokenize(prefix + other)];
        const alone = tokenize(prefix);
        // All tokens but the last of the common part.
        for (let i = 0; i < alone.length - 1; i++) {
          assert.equal(a[i], alone[i]);
          assert.equal(b[i], alone[i]);
        }
        for (const token of a) assert.ok(token >= 0 && token < VOCABULARY_SIZE);
      }),
    );
  });

  it("reads what the engine said as the tokens it said", () => {
    for (const [i, word] of words.entries()) {
      const tokens = tokenize(word + words[(i + 1) % words.length]!);
      assert.deepEqual(Array.from(tokens, wordOf), [word, words[(i + 1) % words.length]]);
    }
  });
});

describe("output", () => {
  it("depends on seeds and prompt alone", () => {
    const prompt = Int32Array.from([1, 2, 3]);
    const text = (engineSeed: number, tokens: Int32Array, seed: number): string =>
      textOf(planOutput(engineSeed, tokens, 50, { ...plain, ignoreEos: true, seed }));
    assert.equal(text(1, prompt, 0), text(1, prompt, 0));
    const variants = [
      text(1, prompt, 0),
      text(2, prompt, 0),
      text(1, prompt, 9),
      text(1, Int32Array.from([1, 2, 4]), 0),
    ];
    assert.equal(new Set(variants).size, 4);
  });

  it("ends itself with an end token that has no text, at lengths from 16 to 1,024", () => {
    const lengths = Array.from({ length: 500 }, (_, i) => {
      const output = planOutput(i, Int32Array.from([7]), 4000, plain);
      assert.equal(output.finishReason, "stop");
      assert.equal(output.tokenAt(output.tokens - 1), EOS_TOKEN);
      assert.equal(output.textAt(output.tokens - 1), "");
      assert.notEqual(output.textAt(output.tokens - 2), "");
      return output.tokens;
    }).toSorted((x, y) => x - y);
    assert.ok(lengths[0]! >= 16 && lengths[499]! <= 1024);
    // Even on a logarithmic scale: the median is near sqrt(16 * 1024) = 128.
    assert.ok(lengths[250]! > 95 && lengths[250]! < 170, `${lengths[250]}`);
  });

  it("never sends a stop string, nor a part of one that completes later (property)", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."aeiou bdm".split("")), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.array(letters, { minLength: 1, maxLength: 3 }),
        fc.nat(20),
        (seed, stop, minTokens) => {
          const wishes = { ...plain, ignoreEos: true, minTokens };
          const whole = planOutput(seed, Int32Array.from([7]), 40, wishes);
          const cut = planOutput(seed, Int32Array.from([7]), 40, { ...wishes, stop });
          const [wholeText, cutText] = [textOf(whole), textOf(cut)];
          assert.ok(wholeText.startsWith(cutText));
          if (cut.stopReason === null) {
            assert.equal(cutText, wholeText);
            assert.equal(cut.finishReason, "length");
            if (minTokens === 0) for (const text of stop) assert.ok(!wholeText.includes(text));
          } else {
            assert.equal(cut.finishReason, "stop");
            assert.ok(cut.tokens > minTokens);
            assert.ok(wholeText.startsWith(cutText + cut.stopReason));
            if (minTokens === 0) for (const text of stop) assert.ok(!cutText.includes(text));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
