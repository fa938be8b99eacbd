import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";
import fc from "fast-check";
import type { HarnessPlan, Images } from "../../../harness/plan.ts";
import { promptSource } from "../../../harness/prompts/promptSource.ts";
import { WARMUP_STAGE } from "../../../harness/recordFormat.ts";
import { fixedLength, testPlan } from "../testPlan.ts";

const small: Images = { count: 1, format: "png", width: { min: 64, max: 96 }, height: { min: 64, max: 80 } };
const plan = (images: Images, seed = 1): HarnessPlan =>
  testPlan("http://127.0.0.1:1", {
    seed,
    data: {
      type: "synthetic",
      form: "text",
      inputTokens: fixedLength(12),
      outputTokens: fixedLength(2),
      sharedPrefix: { tokens: 8, groups: 1 },
      images,
    },
  });

interface Message {
  readonly role: string;
  readonly content: readonly { type: string; text?: string; image_url?: { url: string } }[];
}
function parts(json: string): Message["content"] {
  const [message, ...others] = JSON.parse(json) as Message[];
  assert.equal(others.length, 0);
  assert.equal(message!.role, "user");
  return message!.content;
}
const urls = (json: string): string[] => parts(json).flatMap((part) => part.image_url?.url ?? []);

interface Png {
  readonly width: number;
  readonly height: number;
  /** Colours as shown, row by row. */
  readonly pixels: readonly string[];
}

/** Reads what this decoder must know of the PNG specification (third edition), and fails on all else. */
function decode(url: string): Png {
  const start = "data:image/png;base64,";
  assert.ok(url.startsWith(start));
  const bytes = Buffer.from(url.slice(start.length), "base64");
  assert.equal(bytes.toString("base64"), url.slice(start.length), "base64 in its one form, without gaps");
  assert.deepEqual([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    assert.ok(!chunks.has(type));
    chunks.set(type, bytes.subarray(at + 8, at + 8 + length));
    assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(bytes.subarray(at + 4, at + 8 + length)), `CRC of ${type}`);
    at += 12 + length;
  }
  assert.deepEqual([...chunks.keys()], ["IHDR", "PLTE", "IDAT", "IEND"]);
  const header = chunks.get("IHDR")!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  assert.deepEqual([...header.subarray(8)], [4, 3, 0, 0, 0], "four bits by palette, not interlaced");
  const colours = chunks.get("PLTE")!.toString("hex").match(/.{6}/g)!;
  assert.equal(colours.length, 16);
  const data = inflateSync(chunks.get("IDAT")!);
  const rowBytes = 1 + Math.ceil(width / 2);
  assert.equal(data.length, rowBytes * height);
  const pixels: string[] = [];
  for (let y = 0; y < height; y++) {
    assert.equal(data[y * rowBytes], 0, "no filter");
    for (let x = 0; x < width; x++) {
      const byte = data[y * rowBytes + 1 + (x >> 1)]!;
      pixels.push(colours[x % 2 === 0 ? byte >> 4 : byte & 15]!);
    }
  }
  return { width, height, pixels };
}

describe("image prompts", () => {
  it("hold the text first, then the images, and claim no length in tokens", () => {
    const prompt = promptSource(plan({ ...small, count: 3 })).forStage(0)(5);
    const [text, ...rest] = parts(prompt.json);
    assert.equal(text!.type, "text");
    assert.equal(text!.text!.split(" ").length, 20);
    assert.deepEqual(
      rest.map(({ type }) => type),
      ["image_url", "image_url", "image_url"],
    );
    assert.equal(prompt.inputTokens, null);
    assert.equal(prompt.outputTokens, 2);
  });

  it("are whole PNGs within the asked sizes, for every seed, stage and request", () => {
    const side = fc
      .tuple(fc.integer({ min: 64, max: 200 }), fc.nat(60))
      .map(([min, more]) => ({ min, max: min + more }));
    fc.assert(
      fc.property(
        side,
        side,
        fc.nat(),
        fc.constantFrom(0, 3, WARMUP_STAGE),
        fc.nat(5000),
        (width, height, seed, stage, i) => {
          const source = promptSource(plan({ ...small, width, height }, seed));
          const png = decode(urls(source.forStage(stage)(i).json)[0]!);
          assert.ok(png.width >= width.min && png.width <= width.max, `${png.width}`);
          assert.ok(png.height >= height.min && png.height <= height.max, `${png.height}`);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("are the same again for the same seed, and no two of a run have the same pixels", () => {
    const source = promptSource(plan({ ...small, count: 2 }));
    const again = promptSource(plan({ ...small, count: 2 }));
    const seen = new Set<string>();
    for (const stage of [0, 1, WARMUP_STAGE]) {
      for (let i = 0; i < 100; i++) {
        const json = source.forStage(stage)(i).json;
        assert.equal(again.forStage(stage)(i).json, json);
        for (const url of urls(json)) seen.add([...new Set(decode(url).pixels)].join());
      }
    }
    assert.equal(seen.size, 600);
    assert.notEqual(promptSource(plan(small, 2)).forStage(0)(0).json, promptSource(plan(small)).forStage(0)(0).json);
  });

  it("show every colour, also in the smallest picture, and take many sizes of a range", () => {
    const least = { min: 64, max: 64 };
    const png = decode(urls(promptSource(plan({ ...small, width: least, height: least })).forStage(0)(0).json)[0]!);
    assert.equal(new Set(png.pixels).size, 16);
    const wide = promptSource(plan({ ...small, width: { min: 64, max: 640 } })).forStage(0);
    const widths = new Set(Array.from({ length: 100 }, (_, i) => decode(urls(wide(i).json)[0]!).width));
    assert.ok(widths.size >= 10, `${widths.size} widths`);
  });

  it("are small on the wire and cheap to make: the picture is drawn before the run", () => {
    const side = { min: 1024, max: 1280 };
    const prompts = promptSource(plan({ ...small, width: side, height: side })).forStage(0);
    assert.ok(prompts(0).json.length < 20_000, `${prompts(0).json.length} characters`);
    for (let i = 0; i < 500; i++) prompts(i);
    const start = performance.now();
    for (let i = 0; i < 1000; i++) prompts(i);
    const microseconds = performance.now() - start;
    assert.ok(microseconds < 300, `${microseconds.toFixed(1)} us a prompt`);
  });
});
