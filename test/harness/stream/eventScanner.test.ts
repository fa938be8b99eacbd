import assert from "node:assert/strict";
import fc from "fast-check";
import { readAnswer } from "../../../harness/stream/answer.ts";
import { EventScanner, LONGEST_EVENT_BYTES } from "../../../harness/stream/eventScanner.ts";
import { ShapeBook } from "../../../harness/stream/shapeBook.ts";
import { data, delta, usage } from "../scriptedServer.ts";

interface Heard {
  tokens: number;
  finish: string | null;
  usage: number | null;
  done: boolean;
  others: string[];
  parsed: number;
}

/** Reads a stream given in pieces, as an exchange does. */
function hear(pieces: readonly (string | Buffer)[], shapes = new ShapeBook()): Heard {
  const heard: Heard = { tokens: 0, finish: null, usage: null, done: false, others: [], parsed: 0 };
  const scanner = new EventScanner(shapes, {
    tokens: (count) => {
      heard.tokens += count;
    },
    finish: (reason) => {
      heard.finish = reason;
    },
    event: (text) => {
      heard.parsed++;
      if (text === "[DONE]") {
        heard.done = true;
        return false;
      }
      let answer: ReturnType<typeof readAnswer>;
      try {
        answer = readAnswer(JSON.parse(text));
      } catch {
        heard.others.push(text);
        return false;
      }
      if (answer === null) {
        heard.others.push(text);
        return false;
      }
      if (answer.hasTokens) heard.tokens++;
      if (answer.finishReason !== null) heard.finish = answer.finishReason;
      if (answer.usage !== null) heard.usage = answer.usage.outputTokens;
      return answer.usage === null && answer.error === null;
    },
  });
  for (const one of pieces) scanner.feed(Buffer.from(one));
  scanner.end(() => true);
  return heard;
}

const stream =
  delta({ role: "assistant", content: "" }) +
  delta({ content: "Hello" }) +
  delta({ content: ' "quoted" \\ ü 東 \n' }) +
  ": keep-alive\n\n" +
  delta({ content: " world" }) +
  delta({ reasoning_content: "hm" }) +
  delta({ content: "!" }) +
  delta({ content: "?" }, "stop") +
  usage(6) +
  data("[DONE]");
const expected = { tokens: 6, finish: "stop", usage: 6, done: true, others: [] };

function assertExpected(heard: Heard): void {
  const { parsed, ...rest } = heard;
  assert.ok(parsed > 0);
  assert.deepEqual(rest, expected);
}

describe("EventScanner", () => {
  it("reads a stream in one piece", () => assertExpected(hear([stream])));

  it("reads it split in two at every byte", () => {
    const bytes = Buffer.from(stream);
    for (let at = 0; at <= bytes.length; at++) assertExpected(hear([bytes.subarray(0, at), bytes.subarray(at)]));
  });

  it("reads it byte by byte", () => assertExpected(hear([...Buffer.from(stream)].map((byte) => Buffer.from([byte])))));

  it("reads it in any pieces, with LF or CRLF, with shapes known or not", () => {
    const known = new ShapeBook();
    hear([stream], known);
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { maxLength: 20 }), fc.boolean(), fc.boolean(), (cuts, crlf, useKnown) => {
        const bytes = Buffer.from(crlf ? stream.replaceAll("\n", "\r\n") : stream);
        const ends = [...cuts.map((cut) => cut % bytes.length), 0, bytes.length].sort((a, b) => a - b);
        const pieces = ends.slice(1).map((end, i) => bytes.subarray(ends[i], end));
        assertExpected(hear(pieces, useKnown ? known : new ShapeBook()));
      }),
      { numRuns: 300 },
    );
  });

  it("parses a shape once, then counts without parsing", () => {
    const tokens = Array.from({ length: 100 }, (_, i) => delta({ content: ` word${i}` })).join("");
    const heard = hear([tokens]);
    assert.equal(heard.tokens, 100);
    assert.equal(heard.parsed, 1);
  });

  it("does not take an event for a token because it looks like one", () => {
    const shapes = new ShapeBook();
    hear([delta({ content: "a" }) + delta({ role: "assistant", content: "" })], shapes);
    const empty = hear([delta({ content: "" })], shapes);
    assert.equal(empty.tokens, 0);
    const finished = hear([delta({ content: "b" }, "length")], shapes);
    assert.deepEqual([finished.tokens, finished.finish], [1, "length"]);
    const error = hear([data({ error: { message: "engine dead", type: "X", code: 500 } })], shapes);
    assert.equal(error.tokens, 0);
    assert.equal(error.parsed, 1);
    const withUsage = hear(
      [data({ ...JSON.parse(delta({ content: "c" }).slice(6)), usage: { completion_tokens: 9 } })],
      shapes,
    );
    assert.deepEqual([withUsage.tokens, withUsage.usage], [1, 9]);
    // A short event whose successor would line up with the shape's anchor.
    const shifted = hear([`${data({})}${delta({ content: "d" })}`], shapes);
    assert.deepEqual([shifted.tokens, shifted.others], [1, ["{}"]]);
  });

  it("agrees with a full parse on any mixture of deltas", () => {
    const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('"', "\\", '\\"', "\n\n", "}]}", "data: ", ""));
    const fields = fc.record(
      {
        role: fc.constant("assistant"),
        content: text,
        reasoning: text,
        tool_calls: fc.constantFrom([], [{ index: 0 }]),
      },
      { requiredKeys: [] },
    );
    const event = fc.tuple(fields, fc.constantFrom(null, null, null, "stop", "length"));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const heard = hear([events.map(([f, finish]) => delta(f, finish)).join("")]);
        const tokens = events.filter(([f]) => f.content || f.reasoning || (f.tool_calls?.length ?? 0) > 0).length;
        const finish = events.map(([, reason]) => reason).findLast((reason) => reason !== null) ?? null;
        assert.deepEqual([heard.tokens, heard.finish], [tokens, finish]);
      }),
      { numRuns: 500 },
    );
  });

  it("learns the shapes of json.dumps and of plain completions", () => {
    const spaced = (text: string): string =>
      `data: {"choices": [{"index": 0, "text": "${text}", "finish_reason": null}]}\n\n`;
    const heard = hear(["a", "b", " c"].map(spaced));
    assert.deepEqual([heard.tokens, heard.parsed], [3, 1]);
  });

  it("joins data of several lines, ignores comments, other fields and a byte order mark", () => {
    const lines = '\uFEFFevent: message\nid: 1\ndata: {"choices": [{"delta":\ndata:  {"content": "x"}}]}\nretry: 5\n\n';
    const heard = hear([`: hello\n\n${lines}:\n\n${data("[DONE]")}`]);
    assert.deepEqual([heard.tokens, heard.done, heard.others], [1, true, []]);
  });

  it("reads an event of more than 64 KiB, in small pieces", () => {
    const bytes = Buffer.from(delta({ content: "x".repeat(200_000) }) + delta({ content: "y" }) + data("[DONE]"));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) =>
      bytes.subarray(1000 * i, 1000 * i + 1000),
    );
    const heard = hear(pieces);
    assert.deepEqual([heard.tokens, heard.done], [2, true]);
  });

  it("refuses an event without an end", () => {
    const scanner = new EventScanner(new ShapeBook(), { tokens() {}, finish() {}, event: () => false });
    const mebibyte = Buffer.alloc(2 ** 20, "x");
    let fed = 0;
    while (scanner.feed(mebibyte)) fed += mebibyte.length;
    assert.equal(fed, LONGEST_EVENT_BYTES);
  });

  it("takes a last event without its empty line", () => {
    assert.equal(hear([`${delta({ content: "a" })}data: [DONE]`]).done, true);
    assert.equal(hear([`${delta({ content: "a" })}data: [DONE]\r\n`]).done, true);
  });
});
