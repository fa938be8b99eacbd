const NONE = -1;

/**
 * Paged KV cache: blocks of equal size, shared by reference count, found again by the hash of their prefix.
 *
 * A block that nobody holds stays findable until it is given out again; the free list is in order of last use, so the
 * oldest content is lost first (LRU). Blocks of one sequence are freed last block first: a prefix outlives its tail.
 */
export class KvCache {
  readonly blocks: number;
  readonly blockSize: number;
  readonly prefixCaching: boolean;
  readonly #holders: Int32Array;
  /** NaN: content not findable. */
  readonly #hash: Float64Array;
  readonly #byHash = new Map<number, number>();
  // Doubly linked free list; index `blocks` is its sentinel.
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #free: number;

  constructor(blocks: number, blockSize: number, prefixCaching: boolean) {
    this.blocks = blocks;
    this.blockSize = blockSize;
    this.prefixCaching = prefixCaching;
    this.#holders = new Int32Array(blocks);
    this.#hash = new Float64Array(blocks).fill(Number.NaN);
    this.#next = Int32Array.from({ length: blocks + 1 }, (_, i) => (i === blocks ? 0 : i + 1));
    this.#previous = Int32Array.from({ length: blocks + 1 }, (_, i) => (i === 0 ? blocks : i - 1));
    this.#free = blocks;
  }

  get freeBlocks(): number {
    return this.#free;
  }

  /** Share of blocks held by sequences: 0..1. */
  get usage(): number {
    return 1 - this.#free / this.blocks;
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  /** The longest run of leading `hashes` present, at most `limit` blocks. Holds nothing yet. */
  find(hashes: readonly number[], limit: number): number[] {
    const found: number[] = [];
    if (!this.prefixCaching) return found;
    for (let i = 0; i < limit && i < hashes.length; i++) {
      const block = this.#byHash.get(hashes[i]!);
      if (block === undefined) break;
      found.push(block);
    }
    return found;
  }

  /** Blocks that a sequence takes from the free list if it holds `shared` and `fresh` new ones. */
  cost(shared: readonly number[], fresh: number): number {
    let cost = fresh;
    for (const block of shared) if (this.#holders[block] === 0) cost++;
    return cost;
  }

  /** Takes hold of `shared` blocks and of `fresh` others, oldest first; null, and nothing taken, when too few are free. */
  take(shared: readonly number[], fresh: number): number[] | null {
    if (this.cost(shared, fresh) > this.#free) return null;
    // Shared ones first: taking fresh ones before could evict what was just found.
    for (const block of shared) {
      if (this.#holders[block]!++ === 0) this.#unlink(block);
    }
    const taken = [...shared];
    for (let i = 0; i < fresh; i++) {
      const block = this.#next[this.blocks]!;
      this.#unlink(block);
      this.#forget(block);
      this.#holders[block] = 1;
      taken.push(block);
    }
    return taken;
  }

  /** Makes a full block findable. A second block of equal content is not shared, as in vLLM: the first one keeps the name. */
  publish(block: number, hash: number): void {
    if (!this.prefixCaching || this.#byHash.has(hash)) return;
    this.#forget(block);
    this.#hash[block] = hash;
    this.#byHash.set(hash, block);
  }

  /** Lets go of a sequence's blocks, given in the order of its tokens. */
  release(blocks: readonly number[]): void {
    for (let i = blocks.length - 1; i >= 0; i--) {
      const block = blocks[i]!;
      const holders = this.#holders[block]!;
      if (holders <= 0) throw new Error(`block ${block} released more often than taken`);
      this.#holders[block] = holders - 1;
      if (holders === 1) this.#append(block);
    }
  }

  /** Forgets all content; false, and nothing changed, while a sequence holds a block. */
  reset(): boolean {
    if (this.#free !== this.blocks) return false;
    this.#byHash.clear();
    this.#hash.fill(Number.NaN);
    return true;
  }

  #forget(block: number): void {
    const hash = this.#hash[block]!;
    if (Number.isNaN(hash)) return;
    this.#byHash.delete(hash);
    this.#hash[block] = Number.NaN;
  }

  #unlink(block: number): void {
    const next = this.#next[block]!;
    const previous = this.#previous[block]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#next[block] = NONE;
    this.#previous[block] = NONE;
    this.#free--;
  }

  #append(block: number): void {
    const last = this.#previous[this.blocks]!;
    this.#next[last] = block;
    this.#previous[block] = last;
    this.#next[block] = this.blocks;
    this.#previous[this.blocks] = block;
    this.#free++;
  }
}
