import assert from "node:assert/strict";
import { promptSource } from "../../harness/prompts/promptSource.ts";
import { imageSize } from "../../simulator/imageSize.ts";
import { imageTokens } from "../../simulator/imageTokens.ts";
import { fixedLength, testPlan } from "../harness/testPlan.ts";
import { chat, withSimulator } from "./simulatorUnderTest.ts";

/** Beginnings of files of 300 x 200 pixels, as Pillow 13.0 writes them; up to the end of what states the size, the lossless WebP whole. */
const headers = {
  jpeg: "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAKBueIx4ZKCMgoy0qqC+8P//8Nzc8P//////////////////////////////////////////////////////////2wBDAaq0tPDS8P//////////////////////////////////////////////////////////////////////////////wAARCADIASwDASIAAhEBAxEB/w==",
  gif: "R0lGODdhLAHIAIEAAA==",
  "webp, lossless": "UklGRiQAAABXRUJQVlA4TBgAAAAvK8ExAAdQiirUo/8BAEX6/58i+p/6/zU=",
  "webp, lossy": "UklGRrgAAABXRUJQVlA4IKwAAACQEACdASosAcgAP80=",
  "webp, with transparency": "UklGRuQAAABXRUJQVlA4WAoAAAAQAAAAKwEAxwAAQUxQSBIAAAABBw==",
};
const dataUrl = (base64: string): string => `data:image/any;base64,${base64}`;
const imagePart = (url: string): object => ({ type: "image_url", image_url: { url } });
const message = (...parts: object[]): object => ({ messages: [{ role: "user", content: parts }], max_tokens: 2 });
const text = (value: string): object => ({ type: "text", text: value });

/** A PNG of our own load generator, `width` x 64 pixels. */
function png(width: number, i = 0): string {
  const images = {
    count: 1,
    format: "png",
    width: { min: width, max: width },
    height: { min: 64, max: 64 },
  } as const;
  const lengths = { inputTokens: fixedLength(1), outputTokens: fixedLength(1), sharedPrefix: null };
  const plan = testPlan("http://127.0.0.1:1", { data: { type: "synthetic", form: "text", ...lengths, images } });
  const [{ content }] = JSON.parse(promptSource(plan).forStage(0)(i).json);
  return content[1].image_url.url;
}

interface Usage {
  readonly prompt_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens: number };
}
async function usage(url: string, body: object): Promise<Usage> {
  const answer = await chat(url, body as Record<string, unknown>);
  assert.equal(answer.status, 200, await answer.clone().text());
  return ((await answer.json()) as { usage: Usage }).usage;
}

describe("images in the simulator", () => {
  it("cost what Qwen2.5-VL counts: 28 x 28 pixels a token, within its bounds, and two marks", () => {
    // Worked out by hand from smart_resize: 1024 / 28 = 36.6 -> 37; 512 / 28 = 18.3 -> 18.
    assert.equal(imageTokens(1024, 1024), 37 * 37 + 2);
    assert.equal(imageTokens(512, 1024), 18 * 37 + 2);
    assert.equal(imageTokens(1, 1), 4 + 2, "scaled up to 56 x 56");
    // 8000 x 4000 is scaled by sqrt(32,000,000 / 12,845,056) = 1.578: 5069 / 28 = 181.03, 2534 / 28 = 90.5.
    assert.equal(imageTokens(8000, 4000), 181 * 90 + 2);
    assert.ok(imageTokens(20_000, 20_000) <= 16_384 + 2);
  });

  it("have their size read from the headers of the usual formats", () => {
    for (const [format, base64] of Object.entries(headers)) {
      const bytes = Buffer.from(base64, "base64");
      assert.deepEqual(imageSize(bytes), { width: 300, height: 200 }, format);
      for (let length = 0; length < bytes.length; length++) {
        const cut = imageSize(bytes.subarray(0, length));
        assert.ok(cut === null || (cut.width === 300 && cut.height === 200), `${format} cut at ${length}`);
      }
    }
  });

  it("count in usage, beside the text and in any number", () =>
    withSimulator({}, async ({ url }) => {
      const plain = (await usage(url, message(text("what is this")))).prompt_tokens;
      const one = (await usage(url, message(text("what is this"), imagePart(png(280))))).prompt_tokens;
      // The line break between the parts is a token, and so may be the text that it parts.
      assert.ok(Math.abs(one - plain - imageTokens(280, 64)) <= 2, `${plain} and ${one}`);
      const two = (
        await usage(url, message(text("what is this"), imagePart(png(280)), imagePart(dataUrl(headers.jpeg))))
      ).prompt_tokens;
      assert.ok(Math.abs(two - one - imageTokens(300, 200)) <= 2, `${one} and ${two}`);
      assert.equal((await usage(url, message(text("what is this")))).prompt_tokens, plain, "text alone is as it was");
    }));

  it("are found again in the prefix cache, and only the same ones", () =>
    withSimulator({ prefixCaching: true }, async ({ url }) => {
      const asked = (i: number) => usage(url, message(imagePart(png(1024, i)), text("is it a cat")));
      const cached = ({ prompt_tokens_details: details }: Usage) => details?.cached_tokens ?? 0;
      assert.ok(cached(await asked(0)) < 16);
      assert.ok(cached(await asked(1)) < 16, "other colours are another image");
      assert.ok(cached(await asked(0)) >= 48);
    }));

  it("are refused where they cannot be read", () =>
    withSimulator({}, async ({ url }) => {
      const refusals: [object, RegExp][] = [
        [imagePart("https://example.com/cat.png"), /fetches nothing and reads data:image/],
        [imagePart(dataUrl("AAAA")), /no PNG, JPEG, GIF or WebP, or is cut off/],
        [imagePart(dataUrl("")), /no PNG, JPEG, GIF or WebP, or is cut off/],
        [{ type: "image_url", image_url: {} }, /must be an object with a url/],
        [{ type: "image_url" }, /must be an object with a url/],
        [
          imagePart(dataUrl(Buffer.from("GIF89a\x00\x10\x01\x00", "latin1").toString("base64"))),
          /aspect ratio must be smaller than 200/,
        ],
        [{ type: "input_audio" }, /input_audio is not simulated; this engine reads text and image_url only/],
      ];
      for (const [part, reason] of refusals) {
        const answer = await chat(url, message(text("what"), part) as Record<string, unknown>);
        assert.equal(answer.status, 400);
        assert.match(((await answer.json()) as { error: { message: string } }).error.message, reason);
      }
    }));
});
