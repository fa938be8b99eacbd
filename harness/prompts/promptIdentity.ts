import { draw, type StreamKey } from "../random.ts";

const HALF_BITS = 20;
const HALF_MASK = 2 ** HALF_BITS - 1;
const REQUEST_BITS = 28;
/** Stage numbers that an identity can hold; the last stands for warm-up. */
export const IDENTITY_STAGES = 2 ** (2 * HALF_BITS - REQUEST_BITS);

/**
 * 40 bits that no two requests of a run share: a keyed permutation (Feistel, four rounds) of (stage, i). Written as the
 * first tokens of a prompt they make every prompt differ from the first token block on, so that no prefix cache helps
 * and none of it is left to chance. Good for 2^28 requests a stage.
 */
export function promptIdentity(key: StreamKey, stage: number, i: number): { left: number; right: number } {
  const slot = Math.min(stage, IDENTITY_STAGES - 1);
  let left = (slot << (REQUEST_BITS - HALF_BITS)) | (i >>> HALF_BITS);
  let right = i & HALF_MASK;
  for (let round = 0; round < 4; round++) {
    const next = left ^ (draw(key, right, round) & HALF_MASK);
    left = right;
    right = next;
  }
  return { left, right };
}
