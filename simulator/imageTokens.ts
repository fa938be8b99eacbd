/**
 * Tokens that an image of this many pixels costs in a prompt, as Qwen2.5-VL counts them (transformers, models/qwen2_vl/image_processing_qwen2_vl.py,
 * smart_resize, with the checkpoint's min_pixels 3,136 and max_pixels 12,845,056): sides rounded to multiples of 28 pixels, the whole scaled
 * into these bounds, a token for each 28 x 28, and a mark before and after. Other models cut images differently; this one is our assumption
 * wherever an image's tokens must be known without the model.
 */
export function imageTokens(width: number, height: number): number {
  const round = (side: number, by: (value: number) => number): number => Math.max(1, by(side / PATCH));
  let across = round(width, Math.round);
  let down = round(height, Math.round);
  const pixels = across * down * PATCH * PATCH;
  if (pixels > MOST_PIXELS) {
    const scale = Math.sqrt((width * height) / MOST_PIXELS);
    across = round(width / scale, Math.floor);
    down = round(height / scale, Math.floor);
  } else if (pixels < LEAST_PIXELS) {
    const scale = Math.sqrt(LEAST_PIXELS / (width * height));
    across = round(width * scale, Math.ceil);
    down = round(height * scale, Math.ceil);
  }
  return across * down + MARKS;
}

/** 14 pixels of the encoder, merged 2 x 2. */
const PATCH = 28;
const LEAST_PIXELS = 3_136;
const MOST_PIXELS = 12_845_056;
const MARKS = 2;
