import { createHash } from "node:crypto";
import { badRequest } from "./apiError.ts";
import { imageSize } from "./imageSize.ts";
import { imageTokens } from "./imageTokens.ts";
import { mix } from "./seededHash.ts";
import { VOCABULARY_SIZE } from "./vocabulary.ts";

const dataUrl = /^data:image\/[a-z+.-]+;base64,/i;

/** Longer side over shorter; beyond it the model's own image processor refuses. */
const LONGEST_SHAPE = 200;

/**
 * An image as the tokens it stands for. Their ids are a hash of its bytes, so that the prefix cache finds the same image again and no other, as
 * vLLM's does. Pixels are not looked at, only the size that the file states.
 */
export function imagePart(image: unknown): Int32Array {
  const url = typeof image === "string" ? image : (image as { url?: unknown } | null)?.url;
  if (typeof url !== "string") throw badRequest("image_url must be an object with a url.", "image_url");
  const head = dataUrl.exec(url)?.[0];
  if (head === undefined) {
    const shown = url.length > 40 ? `${url.slice(0, 40)}...` : url;
    throw badRequest(
      `Image ${shown} is not simulated; this engine fetches nothing and reads data:image/...;base64 URLs.`,
    );
  }
  const bytes = Buffer.from(url.slice(head.length), "base64");
  const size = imageSize(bytes);
  if (size === null) throw badRequest("Failed to load image: it is no PNG, JPEG, GIF or WebP, or is cut off.");
  if (Math.max(size.width, size.height) > LONGEST_SHAPE * Math.min(size.width, size.height))
    throw badRequest(
      `absolute aspect ratio must be smaller than ${LONGEST_SHAPE}, got ${size.width} x ${size.height}.`,
    );
  const hash = createHash("sha256").update(bytes).digest();
  const tokens = new Int32Array(imageTokens(size.width, size.height));
  for (let i = 0; i < tokens.length; i++) {
    tokens[i] = mix(hash.readInt32LE((i % 8) * 4), i) % VOCABULARY_SIZE;
  }
  return tokens;
}
