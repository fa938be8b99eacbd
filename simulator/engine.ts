import type { SimulatorConfig } from "./config.ts";
import { EngineMetrics } from "./engineMetrics.ts";
import { KvCache } from "./kvCache.ts";
import { type ScheduledStep, Scheduler } from "./scheduler.ts";
import { Sequence, type SequenceRequest, type TokenListener } from "./sequence.ts";
import { stepTimeMs } from "./stepTime.ts";

export type EngineConfig = Pick<
  SimulatorConfig,
  | "maxModelLen"
  | "maxNumSeqs"
  | "maxNumBatchedTokens"
  | "blockSize"
  | "numGpuBlocks"
  | "prefixCaching"
  | "timing"
  | "speed"
>;

/**
 * The engine in simulated time: no clock, no timer, no I/O. A caller moves time with `advanceTo`; everything due until
 * then happens in order and at its exact time, however late the call comes, so a slow caller shifts no later step.
 */
export class Engine {
  readonly cache: KvCache;
  readonly metrics: EngineMetrics;
  readonly #config: EngineConfig;
  readonly #scheduler: Scheduler;
  /** Submitted but not yet queued, by time; the overhead is the same for all, so the order of submission is the order. */
  readonly #arriving: Sequence[] = [];
  #nowMs = 0;
  #step: ScheduledStep | null = null;
  #stepEndMs = 0;

  constructor(config: EngineConfig) {
    this.#config = config;
    this.cache = new KvCache(config.numGpuBlocks, config.blockSize, config.prefixCaching);
    this.metrics = new EngineMetrics(config.maxModelLen, config.speed);
    this.#scheduler = new Scheduler(config, this.cache);
  }

  get running(): number {
    return this.#scheduler.running.length;
  }

  get waiting(): number {
    return this.#scheduler.waiting.length;
  }

  /** A request that arrives at `atMs`, not before any time the engine has already reached. */
  submit(request: SequenceRequest, atMs: number, onToken: TokenListener): Sequence {
    if (atMs < this.#nowMs) throw new Error(`submitted at ${atMs} ms, but the engine is at ${this.#nowMs} ms`);
    const total = request.prompt.length + request.outputTokens;
    if (request.prompt.length === 0 || request.outputTokens < 1 || total > this.#config.maxModelLen) {
      throw new Error(`${total} tokens (prompt ${request.prompt.length}) do not fit ${this.#config.maxModelLen}`);
    }
    const queuedMs = atMs + this.#config.timing.requestOverheadMs;
    const sequence = new Sequence(request, atMs, queuedMs, this.#config.blockSize, onToken);
    this.#arriving.push(sequence);
    return sequence;
  }

  /** Ends a request early and frees its blocks at once; the step in flight keeps its length. */
  abort(sequence: Sequence, reason: "abort" | "error" = "abort"): void {
    if (sequence.state === "finished" || sequence.state === "aborted") return;
    if (sequence.state === "arriving") this.#arriving.splice(this.#arriving.indexOf(sequence), 1);
    else this.#scheduler.remove(sequence);
    sequence.state = "aborted";
    this.metrics.finished[reason]++;
  }

  /** When something happens next, in ms; null while the engine is idle and nothing is on its way. */
  nextEventMs(): number | null {
    const arrival = this.#arriving[0]?.queuedMs ?? null;
    if (!this.#step) return arrival;
    return arrival === null ? this.#stepEndMs : Math.min(arrival, this.#stepEndMs);
  }

  advanceTo(timeMs: number): void {
    for (let next = this.nextEventMs(); next !== null && next <= timeMs; next = this.nextEventMs()) {
      this.#nowMs = next;
      // Whoever arrives at the very end of a step is in time for the next one.
      while (this.#arriving.length > 0 && this.#arriving[0]!.queuedMs <= next) {
        const sequence = this.#arriving.shift()!;
        sequence.state = "waiting";
        this.#scheduler.waiting.push(sequence);
      }
      if (this.#step && this.#stepEndMs <= next) this.#finishStep(this.#step);
      if (!this.#step) this.#startStep();
    }
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  #startStep(): void {
    const step = this.#scheduler.schedule();
    this.#step = step;
    if (!step) return;
    this.#stepEndMs = this.#nowMs + stepTimeMs(this.#config.timing, step.load);
    for (const { sequence, hit, resumed } of step.admitted) {
      if (resumed) continue;
      sequence.firstScheduledMs = this.#nowMs;
      sequence.cachedTokens = hit;
    }
    this.metrics.onStep(step);
  }

  #finishStep(step: ScheduledStep): void {
    this.#step = null;
    const timeMs = this.#stepEndMs;
    for (const sequence of step.sequences) {
      if (sequence.state !== "running") continue; // aborted meanwhile
      sequence.computed += sequence.scheduled;
      sequence.scheduled = 0;
      if (sequence.computed < sequence.tokens) continue; // a prompt half-way
      this.metrics.onToken(sequence, timeMs);
      const index = sequence.output++;
      sequence.firstTokenMs ??= timeMs;
      sequence.lastTokenMs = timeMs;
      const last = sequence.output === sequence.request.outputTokens;
      if (last) {
        this.#scheduler.remove(sequence);
        sequence.state = "finished";
        this.metrics.onFinish(sequence, sequence.request.finishReason);
      }
      sequence.onToken(index, timeMs, last);
    }
  }
}
