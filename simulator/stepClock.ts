import type { Engine } from "./engine.ts";
import { Histogram } from "./histogram.ts";

/**
 * Drives an engine in real time. Every step end is an absolute deadline (start of the clock + simulated time / speed):
 * a timer that fires late makes its own step late and no other.
 */
export class StepClock {
  readonly #engine: Engine;
  readonly #speed: number;
  /** After a batch of step ends: the place to send what they produced. */
  readonly #afterAdvance: () => void;
  readonly #startedAt = performance.now();
  /** Seconds from a deadline to the moment its tokens were handed on; large values: this process could not keep up. */
  readonly lateness = new Histogram([0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #stopped = false;

  constructor(engine: Engine, speed: number, afterAdvance: () => void) {
    this.#engine = engine;
    this.#speed = speed;
    this.#afterAdvance = afterAdvance;
  }

  /** Simulated ms since the clock was made. */
  nowMs(): number {
    return (performance.now() - this.#startedAt) * this.#speed;
  }

  /** Lets everything that is due happen and be sent; returns the simulated time that has been reached. */
  catchUp(): number {
    const nowMs = this.nowMs();
    const due = this.#engine.nextEventMs();
    const late = due !== null && due <= nowMs;
    if (late) this.lateness.observe((nowMs - due) / this.#speed / 1000);
    this.#engine.advanceTo(nowMs);
    if (late) this.#afterAdvance();
    return nowMs;
  }

  /** Catches up and sets the next deadline; to be called after anything that changes what comes next. */
  poke(): void {
    if (this.#stopped) return;
    this.catchUp();
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm();
  }

  #arm(): void {
    this.#disarm();
    const next = this.#engine.nextEventMs();
    if (next === null) return;
    const waitMs = (next - this.nowMs()) / this.#speed;
    // Node's timers know whole milliseconds only: sleep short of the deadline, then turn the event loop until it is there.
    if (waitMs < 1) this.#immediate = setImmediate(this.#fire);
    else this.#timer = setTimeout(this.#fire, Math.min(Math.floor(waitMs), 0x7fffffff));
  }

  readonly #fire = (): void => {
    this.#timer = null;
    this.#immediate = null;
    this.poke();
  };

  #disarm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#immediate) clearImmediate(this.#immediate);
    this.#timer = null;
    this.#immediate = null;
  }
}
