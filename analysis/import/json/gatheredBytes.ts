/** Bytes that are gathered from chunks, whose memory is used again. */
export class GatheredBytes {
  #bytes = Buffer.alloc(4096);
  length = 0;

  add(chunk: Buffer, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.length, start, end);
    this.length = needed;
  }

  from(start: number): string {
    return this.#bytes.toString("utf8", start, this.length);
  }

  take(): string {
    const text = this.from(0);
    this.length = 0;
    return text;
  }
}
