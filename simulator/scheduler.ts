import type { KvCache } from "./kvCache.ts";
import type { Sequence } from "./sequence.ts";
import type { StepLoad } from "./stepTime.ts";

export interface SchedulerLimits {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
}

export interface Admission {
  readonly sequence: Sequence;
  /** Tokens looked up in the prefix cache, and found. */
  readonly queried: number;
  readonly hit: number;
  /** true: it had been admitted before and was preempted. */
  readonly resumed: boolean;
}

/** One engine step: which sequences compute how many tokens (`sequence.scheduled`). */
export interface ScheduledStep {
  readonly sequences: readonly Sequence[];
  readonly admitted: readonly Admission[];
  readonly preempted: readonly Sequence[];
  readonly load: StepLoad;
}

/**
 * Continuous batching after vLLM V1: running sequences first, in order of admission (a decode is one token, an
 * unfinished prompt as many as the token budget leaves), then the queue, first come first served. When blocks run out
 * the last admitted sequence goes back to the head of the queue and is computed again from the start.
 */
export class Scheduler {
  readonly running: Sequence[] = [];
  readonly waiting: Sequence[] = [];
  readonly #limits: SchedulerLimits;
  readonly #cache: KvCache;

  constructor(limits: SchedulerLimits, cache: KvCache) {
    this.#limits = limits;
    this.#cache = cache;
  }

  /** Plans the next step and takes its blocks; null when there is nothing to compute. */
  schedule(): ScheduledStep | null {
    const sequences: Sequence[] = [];
    const preempted: Sequence[] = [];
    const admitted: Admission[] = [];
    const plan = { budget: this.#limits.maxNumBatchedTokens, tokens: 0, contextTokens: 0, prefillPairs: 0 };
    const add = (sequence: Sequence, count: number): void => {
      const isDecode = sequence.output > 0 && sequence.tokens - sequence.computed === 1;
      sequence.scheduled = count;
      sequences.push(sequence);
      plan.budget -= count;
      plan.tokens += count;
      plan.contextTokens += sequence.computed + count;
      if (!isDecode) plan.prefillPairs += count * sequence.computed + (count * (count + 1)) / 2;
      this.#publish(sequence);
    };

    for (let i = 0; i < this.running.length && plan.budget > 0; i++) {
      const sequence = this.running[i]!;
      const count = Math.min(sequence.tokens - sequence.computed, plan.budget);
      if (!this.#grow(sequence, count, preempted)) break;
      add(sequence, count);
    }
    // A queue that is served while others are being thrown out would throw them out again in the next step.
    while (preempted.length === 0 && plan.budget > 0 && this.running.length < this.#limits.maxNumSeqs) {
      const sequence = this.waiting[0];
      if (!sequence) break;
      const admission = this.#admit(sequence, plan.budget);
      if (!admission) break;
      this.waiting.shift();
      this.running.push(sequence);
      sequence.state = "running";
      admitted.push(admission);
      const count = Math.min(sequence.tokens - sequence.computed, plan.budget);
      add(sequence, count);
    }
    return sequences.length === 0 ? null : { sequences, admitted, preempted, load: plan };
  }

  /** Takes a sequence out, wherever it is, and frees its blocks. */
  remove(sequence: Sequence): void {
    const queue = sequence.state === "running" ? this.running : this.waiting;
    const index = queue.indexOf(sequence);
    if (index >= 0) queue.splice(index, 1);
    this.#drop(sequence);
  }

  /** Blocks for `count` more tokens, preempting from the end of the batch; false when `sequence` itself had to go. */
  #grow(sequence: Sequence, count: number, preempted: Sequence[]): boolean {
    const fresh = this.#cache.blocksFor(sequence.computed + count) - sequence.blocks.length;
    if (fresh <= 0) return true;
    for (;;) {
      const blocks = this.#cache.take([], fresh);
      if (blocks) {
        sequence.blocks.push(...blocks);
        return true;
      }
      const victim = this.running.pop()!;
      this.#drop(victim);
      victim.state = "waiting";
      victim.computed = 0;
      victim.preemptions++;
      this.waiting.unshift(victim);
      preempted.push(victim);
      if (victim === sequence) return false;
    }
  }

  /**
   * Admits only when blocks for the whole known sequence are free (vLLM's scheduler_reserve_full_isl), so that a prompt is
   * not begun in vain; takes those of the first chunk. null: not now.
   */
  #admit(sequence: Sequence, budget: number): Admission | null {
    const { tokens } = sequence;
    const cache = this.#cache;
    // The last token is always computed: its logits are what the first output token is drawn from.
    const shared = cache.find(sequence.hashes(tokens), Math.floor((tokens - 1) / cache.blockSize));
    if (cache.cost(shared, cache.blocksFor(tokens) - shared.length) > cache.freeBlocks) return null;
    const hit = shared.length * cache.blockSize;
    sequence.blocks = cache.take(shared, cache.blocksFor(Math.min(tokens, hit + budget)) - shared.length)!;
    sequence.computed = hit;
    return { sequence, queried: tokens, hit, resumed: sequence.preemptions > 0 };
  }

  /** vLLM publishes blocks when they are scheduled, so a request of the same step can already share them. */
  #publish(sequence: Sequence): void {
    const before = Math.floor(sequence.computed / this.#cache.blockSize);
    const after = Math.floor((sequence.computed + sequence.scheduled) / this.#cache.blockSize);
    if (after === before || !this.#cache.prefixCaching) return;
    const hashes = sequence.hashes(sequence.computed + sequence.scheduled);
    for (let i = before; i < after; i++) this.#cache.publish(sequence.blocks[i]!, hashes[i]!);
  }

  #drop(sequence: Sequence): void {
    this.#cache.release(sequence.blocks);
    sequence.blocks = [];
    sequence.scheduled = 0;
  }
}
