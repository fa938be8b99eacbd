const BLOCK = 1 << 12;

type Block = Float64Array | Float32Array | Uint16Array;
const kinds = { double: Float64Array, single: Float32Array, short: Uint16Array };

/** Numbers of which nobody knows how many will come: 8 (4, 2) bytes each, and nothing is ever copied. */
export class NumberList {
  readonly #newBlock: () => Block;
  readonly #blocks: Block[] = [];
  length = 0;

  /** @param precision "single" for what is only counted into a sketch: half the memory, 6e-8 off; "short": whole, below 65,536 */
  constructor(precision: keyof typeof kinds = "double") {
    this.#newBlock = () => new kinds[precision](BLOCK);
  }

  push(value: number): void {
    const at = this.length % BLOCK;
    if (at === 0) this.#blocks.push(this.#newBlock());
    (this.#blocks[this.#blocks.length - 1] as Block)[at] = value;
    this.length++;
  }

  /** @param index below `length` */
  at(index: number): number {
    return (this.#blocks[Math.floor(index / BLOCK)] as Block)[index % BLOCK] as number;
  }
}
