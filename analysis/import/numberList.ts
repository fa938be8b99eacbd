const BLOCK = 1 << 12;
/** The list of a short run is no longer. */
const FIRST_BLOCK = 1 << 6;

type Block = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
const kinds = { double: Float64Array, single: Float32Array, short: Uint16Array };

/** For another thread. */
export interface MovedNumbers {
  readonly blocks: readonly Block[];
  readonly length: number;
}

/** Numbers of which nobody knows how many will come: 8 (4, 2) bytes each, and only the first block is ever copied. */
export class NumberList {
  readonly #newBlock: (size?: number) => Block;
  readonly #blocks: Block[] = [];
  length = 0;

  /** @param precision "single" for what is only counted into a sketch: half the memory, 6e-8 off; "short": whole, below 65,536 */
  constructor(precision: keyof typeof kinds = "double") {
    this.#newBlock = (size = BLOCK) => new kinds[precision](size);
  }

  push(value: number): void {
    const at = this.length % BLOCK;
    if (this.length === 0) this.#blocks.push(this.#newBlock(FIRST_BLOCK));
    else if (at === 0) this.#blocks.push(this.#newBlock());
    else if (at === FIRST_BLOCK && this.length === at) this.#growFirst();
    (this.#blocks[this.#blocks.length - 1] as Block)[at] = value;
    this.length++;
  }

  /** @param index below `length` */
  at(index: number): number {
    return (this.#blocks[Math.floor(index / BLOCK)] as Block)[index % BLOCK] as number;
  }

  set(index: number, value: number): void {
    (this.#blocks[Math.floor(index / BLOCK)] as Block)[index % BLOCK] = value;
  }

  #growFirst(): void {
    const [first] = this.#blocks;
    if (first === undefined || first.length === BLOCK) return;
    const whole = this.#newBlock();
    whole.set(first);
    this.#blocks[0] = whole;
  }

  move(): MovedNumbers {
    return { blocks: this.#blocks, length: this.length };
  }

  /** @param more of the same precision  @param plus is added to each of them */
  append({ blocks, length }: MovedNumbers, plus = 0): void {
    this.#growFirst();
    for (const [i, block] of blocks.entries()) {
      const used = block.subarray(0, Math.min(BLOCK, length - i * BLOCK));
      if (plus !== 0) for (let at = 0; at < used.length; at++) (used[at] as number) += plus;
      const room = (BLOCK - (this.length % BLOCK)) % BLOCK;
      if (room > 0) this.#blocks.at(-1)?.set(used.subarray(0, room), BLOCK - room);
      if (used.length > room) {
        const next = this.#newBlock();
        next.set(used.subarray(room));
        this.#blocks.push(next);
      }
      this.length += used.length;
    }
  }
}
