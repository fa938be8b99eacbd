import { sampleLength } from "../distribution.ts";
import type { Images } from "../plan.ts";
import { draw, purposes, streamKey, subkey } from "../random.ts";
import { colouredPng, type PngTemplate, pngTemplate } from "./png.ts";

/** Pictures drawn before the run; each request takes one of them and colours it anew. */
const TEMPLATES = 16;

/** Data URLs of the images of request i. */
export type StageImages = (
  stage: number,
  i: number,
  identity: { readonly left: number; readonly right: number },
) => string[];

/**
 * Images that no cache of the engine's knows: the request's identity is in colours that every picture shows, so that no two of a run have
 * the same pixels. A body costs a palette of 48 bytes and its check sum, whatever the size of the picture. The pixels are a function of the seed; how
 * well zlib packs them may differ between versions of Node.
 */
export function imageSource({ count, width, height }: Images, seed: number): StageImages {
  const sizeKey = streamKey(seed, 0, purposes.imageSize);
  const templates: PngTemplate[] = [];
  for (let n = 0; n < TEMPLATES; n++) {
    const pixels = (side: Images["width"], which: number): number =>
      sampleLength({ type: "uniform", ...side }, subkey(sizeKey, which), n);
    templates.push(pngTemplate(pixels(width, 0), pixels(height, 1), subkey(sizeKey, 2 + n)));
  }
  return (stage, i, { left, right }) => {
    const key = subkey(streamKey(seed, stage, purposes.imageColour), i);
    const urls: string[] = [];
    for (let image = 0; image < count; image++) {
      const template = templates[draw(key, image) % TEMPLATES]!;
      urls.push(`data:image/png;base64,${colouredPng(template, left, right, image, subkey(key, image))}`);
    }
    return urls;
  };
}
