/** A growing run of unsigned LEB128 numbers. */
export class VarintBuffer {
  bytes = new Uint8Array(256);
  length = 0;

  clear(): void {
    this.length = 0;
    if (this.bytes.length > 65_536) this.bytes = new Uint8Array(256);
  }

  push(value: number): void {
    if (this.length + 8 > this.bytes.length) this.#grow(this.length + 8);
    while (value >= 0x80) {
      this.bytes[this.length++] = (value % 0x80) | 0x80;
      // Division, not a shift: more than 2^31 us (36 min) must survive.
      value = Math.floor(value / 0x80);
    }
    this.bytes[this.length++] = value;
  }

  /** `count` zeros: the further events of one read. */
  pushZeros(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
    this.bytes.fill(0, this.length, this.length + count);
    this.length += count;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(2 * needed);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

/** All numbers in `bytes`. */
export function readVarints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    if (byte >= 0x80) {
      scale *= 0x80;
      continue;
    }
    values.push(value);
    value = 0;
    scale = 1;
  }
  return values;
}
