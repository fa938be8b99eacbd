import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readJsonElements } from "../../../analysis/import/json/jsonElements.ts";
import { type JsonPath, JsonSplitter } from "../../../analysis/import/json/jsonSplitter.ts";

describe("Elements of JSON arrays", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "llmbench-json-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(text: string, paths: readonly JsonPath[]) {
    const file = join(folder, "document.json");
    await writeFile(file, text);
    const taken: [unknown, number, string][] = [];
    const rest = await readJsonElements(file, paths, (value, array, at) => taken.push([value, array, at.join(".")]));
    return { taken, ...rest };
  }

  it("gives the elements of nested arrays with their place, and the rest without them", async () => {
    const document = {
      version: 2,
      benchmarks: [
        { requests: { successful: [{ a: [1, "],}"] }, 2], errored: [] }, name: 'x"[' },
        { requests: { successful: [null], errored: [{ message: 'a\\"b' }] } },
      ],
    };
    for (const indent of [0, 2]) {
      const { taken, value, cut } = await read(JSON.stringify(document, null, indent), [
        ["benchmarks", "*", "requests", "successful"],
        ["benchmarks", 1, "requests", "errored"],
      ]);
      deepEqual(taken, [
        [{ a: [1, "],}"] }, 0, "benchmarks.0.requests.successful"],
        [2, 0, "benchmarks.0.requests.successful"],
        [null, 0, "benchmarks.1.requests.successful"],
        [{ message: 'a\\"b' }, 1, "benchmarks.1.requests.errored"],
      ]);
      const empty = { successful: [], errored: [] };
      deepEqual(value, { version: 2, benchmarks: [{ requests: empty, name: 'x"[' }, { requests: empty }] });
      equal(cut, null);
    }
  });

  it("reads what Python writes for numbers that are none, and leaves such words in strings", async () => {
    const { taken, value } = await read('{"mean": -Infinity, "rows": [{"ttft": NaN, "text": "NaN \\" Infinity"}]}', [
      ["rows"],
    ]);
    deepEqual(taken, [[{ ttft: null, text: 'NaN " Infinity' }, 0, "rows"]]);
    deepEqual(value, { mean: null, rows: [] });
  });

  it("finds the same wherever the chunks end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 6 }),
        fc.jsonValue(),
        fc.integer({ min: 1, max: 9 }),
        (rows, other, size) => {
          const document = { other, deep: [{ rows }, { more: rows }], '"': other };
          const bytes = Buffer.from(JSON.stringify(document));
          const splitter = new JsonSplitter("x.json", [["deep", "*", "rows"]]);
          const found: unknown[] = [];
          for (let at = 0; at < bytes.length; at += size) {
            // A copy that is overwritten, as the reader's buffer is.
            const chunk = Buffer.from(bytes.subarray(at, at + size));
            splitter.each(chunk, (value) => found.push(value));
            chunk.fill(0x22);
          }
          deepEqual(found, JSON.parse(JSON.stringify(rows)));
          deepEqual(splitter.end(), {
            value: JSON.parse(JSON.stringify({ ...document, deep: [{ rows: [] }, { more: rows }] })),
            cut: null,
          });
        },
      ),
    );
  });

  it("gives every whole element of a file that is cut, and the rest where it can be closed", async () => {
    const whole = '{"a": 1, "rows": [{"n": 1}, {"n": 2}], "b": 2}';
    const inside = await read(whole.slice(0, whole.indexOf("2}")), [["rows"]]);
    deepEqual(
      inside.taken.map(([row]) => row),
      [{ n: 1 }],
    );
    deepEqual(inside.value, { a: 1, rows: [] });
    match(inside.cut!, /ends too early, at byte 34, inside element 1 of rows/);
    const after = await read(whole.slice(0, -3), [["rows"]]);
    equal(after.taken.length, 2);
    equal(after.value, undefined);
    match(after.cut!, /inside the document/);
  });

  it("names the file and the place of what is not JSON", async () => {
    const bad: [string, RegExp][] = [
      ["", /document\.json: is empty/],
      ["[1,,2]", /element 1 of the list cannot be read \(at byte 3\)/],
      ["[1,]", /element 1 of the list/],
      ["[1}]", /stray }/],
      ['[{"a":1}x{"a":2}]', /element 0/],
      ["[1]]", /nothing opened/],
      ["[1] [2]", /cannot be read/],
      ["not json", /cannot be read/],
    ];
    for (const [text, expected] of bad) await rejects(read(text, [[]]), expected, text);
    await rejects(
      readJsonElements(join(folder, "none.json"), [], () => {}),
      /none\.json: is missing/,
    );
  });
});
