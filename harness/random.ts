/**
 * Counter-based random numbers: every draw is a pure function of its coordinates, so request i looks the same whatever
 * was drawn before it, and a run can be cut, resumed or split without changing what is sent.
 */
export interface StreamKey {
  readonly a: number;
  readonly b: number;
}

/** What a stream of draws is used for; streams of different purposes are independent. */
export const purposes = {
  arrival: 1,
  inputLength: 2,
  outputLength: 3,
  words: 4,
  group: 5,
  prefix: 6,
  identity: 7,
  file: 8,
  imageSize: 9,
  imageColour: 10,
};

/** Integer hash of 32 bits, bijective (constants of Chris Wellons' "lowbias32", public domain). */
export function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

const GOLDEN = 0x9e3779b9;

/** `seed` may be any safe integer; all its 53 bits count. */
export function streamKey(seed: number, stage: number, purpose: number): StreamKey {
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) | 0;
  const absorb = (start: number): number => {
    let h = mix(start ^ low);
    h = mix((h + GOLDEN) ^ high);
    h = mix((h + GOLDEN) ^ stage);
    return mix((h + GOLDEN) ^ purpose);
  };
  return { a: absorb(0x243f6a88), b: absorb(0x85a308d3) };
}

/** 32 random bits. Distinct for distinct `i` at equal `key` and `k`. */
export function draw(key: StreamKey, i: number, k = 0): number {
  return mix(mix(Math.imul(k, GOLDEN) ^ key.b ^ mix(i ^ key.a)) + key.b);
}

/** Uniform in [0, 1) with 53 bits. */
export function uniform(key: StreamKey, i: number, k = 0): number {
  return ((draw(key, i, 2 * k) >>> 5) * 2 ** 26 + (draw(key, i, 2 * k + 1) >>> 6)) / 2 ** 53;
}

/** A key for the draws that belong to one request or group. */
export function subkey(key: StreamKey, i: number): StreamKey {
  return { a: draw(key, i, 0), b: draw(key, i, 1) };
}
