/** Mixes two 32-bit integers into one. Every draw of the simulator is this function of the seed, so a run repeats exactly. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b ^ (a >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Uniform in [0, 1), a pure function of its two arguments. */
export function uniform(seed: number, index: number): number {
  return mix(seed, index) / 0x1_0000_0000;
}

/**
 * Hash of a block's tokens chained to the hash before it, so that equal hashes mean equal prefixes. 52 bits from two
 * 32-bit lanes: among 100,000 blocks the chance of one false hit is about 1e-6.
 */
export function chainHash(previous: number, tokenAt: (index: number) => number, start: number, end: number): number {
  let low = mix(previous >>> 0, 0x51ed270b);
  let high = mix(Math.floor(previous / 0x1_0000_0000), 0x2545f491);
  for (let i = start; i < end; i++) {
    const token = tokenAt(i);
    low = mix(low, token);
    high = mix(high, Math.imul(token, 0x9e3779b1) ^ i);
  }
  return (low & 0xfffff) * 0x1_0000_0000 + high;
}
