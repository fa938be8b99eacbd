import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { BarrierPlan } from "./plan.ts";

const POLL_MS = 100;
/** While a part runs: the others need to see that this one lives, and nothing may disturb what is measured. */
const BEAT_MS = 1000;
/** From the last one's coming to the common start: every one of them has seen all others by then. */
const SETTLE_MS = 500;
/** A generator that does not beat for so long is dead, or its node is gone. */
const SILENT_MS = 60_000;

/** What each of them tells of itself, in a file of its name. */
interface Presence {
  readonly beat: number;
  /** That it is ready to begin, and since when by its wall clock. */
  readonly part: number;
  readonly atMs: number;
  /** Why it will not come any more. */
  readonly left: string | null;
}

interface Watched {
  beat: number | null;
  alive: boolean;
  changedMs: number;
}

/**
 * Where load generators that load several engines at once wait for each other: a folder that all of them see. Before every
 * part, since requests in flight end a stage later at one engine than at another, and after a few stages of that nothing
 * would be together. A file counts only while its beat changes: what a killed process left is nobody's presence.
 */
export class Barrier {
  readonly #plan: BarrierPlan;
  readonly #others: readonly string[];
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #mine: Presence = { beat: 0, part: -1, atMs: 0, left: null };
  #writing: Promise<void> = Promise.resolve();

  private constructor(plan: BarrierPlan) {
    this.#plan = plan;
    this.#others = plan.names.filter((name) => name !== plan.name);
    for (const name of this.#others) this.#watched.set(name, { beat: null, alive: false, changedMs: 0 });
    // The disk's failure is told where it is waited for.
    this.#timer = setInterval(() => void this.#beat().catch(() => {}), BEAT_MS).unref();
  }

  /** @throws Error "cannot write ..." */
  static async open(plan: BarrierPlan): Promise<Barrier> {
    await mkdir(plan.folder, { recursive: true }).catch((error: Error) => {
      throw new Error(`cannot write ${plan.folder}: ${error.message}`);
    });
    return new Barrier(plan);
  }

  /**
   * Waits until all are ready for this part (from 0), and a moment longer, so that all begin at once.
   * @param onWait called about once a second
   * @returns null when all are there or `signal` ended the wait; else who does not come, and why, in a sentence
   */
  async meet(
    part: number,
    signal: AbortSignal,
    onWait: (elapsedSeconds: number, note: string) => void = () => {},
  ): Promise<string | null> {
    const began = performance.now();
    for (const watched of this.#watched.values()) watched.changedMs = began;
    this.#mine = { ...this.#mine, part, atMs: Date.now() };
    let told = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      await this.#beat();
      const found = await Promise.all(this.#others.map((name) => this.#look(name, part)));
      const gone = found.find(({ gone }) => gone !== null)?.gone;
      if (gone) return gone;
      const missing = this.#others.filter((_, i) => found[i]?.atMs === null);
      if (missing.length === 0) {
        const last = Math.max(this.#mine.atMs, ...found.map(({ atMs }) => atMs ?? 0));
        // Never longer than the settling itself: clocks of two nodes may differ.
        await wait(Math.min(SETTLE_MS, last + SETTLE_MS - Date.now()), signal);
        return null;
      }
      const elapsed = (performance.now() - began) / 1000;
      if (part === 0 && elapsed > this.#plan.timeoutSeconds)
        return `${missing.join(", ")} did not come within ${this.#plan.timeoutSeconds} s, to be loaded at the same time: look at its own run and its engine`;
      if (elapsed - told >= 1) {
        told = elapsed;
        onWait(elapsed, `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not ready`);
      }
      await wait(POLL_MS, signal);
    }
    return null;
  }

  /** Tells the others not to wait; the last one takes the folder with it. */
  async leave(why: string): Promise<void> {
    clearInterval(this.#timer);
    this.#mine = { ...this.#mine, left: why };
    await this.#beat().catch(() => {});
    const others = await Promise.all(this.#others.map((name) => this.#read(name)));
    if (others.every((other) => other !== null && other.left !== null))
      await rm(this.#plan.folder, { recursive: true, force: true }).catch(() => {});
  }

  /** One write at a time; by rename, so that nobody reads half a file, and so that network file systems look anew. */
  #beat(): Promise<void> {
    const next = this.#writing.then(async () => {
      this.#mine = { ...this.#mine, beat: this.#mine.beat + 1 };
      const file = this.#file(this.#plan.name);
      try {
        await writeFile(`${file}.tmp`, JSON.stringify(this.#mine));
        await rename(`${file}.tmp`, file);
      } catch (error) {
        throw new Error(`cannot write ${file}: ${(error as Error).message}`);
      }
    });
    this.#writing = next.catch(() => {});
    return next;
  }

  /** `atMs`: since when it is ready for the part; null: it is not. */
  async #look(name: string, part: number): Promise<{ readonly atMs: number | null; readonly gone: string | null }> {
    const watched = this.#watched.get(name) as Watched;
    const told = await this.#read(name);
    const now = performance.now();
    if (told !== null && told.left !== null)
      return { atMs: null, gone: `${name} is not loaded any more: ${told.left}` };
    if (told !== null && told.beat !== watched.beat) {
      watched.alive ||= watched.beat !== null;
      watched.beat = told.beat;
      watched.changedMs = now;
    }
    if (watched.alive && now - watched.changedMs > SILENT_MS)
      return { atMs: null, gone: `nothing was heard of the load on ${name} for ${SILENT_MS / 1000} s` };
    return { atMs: told !== null && watched.alive && told.part >= part ? told.atMs : null, gone: null };
  }

  async #read(name: string): Promise<Presence | null> {
    try {
      return JSON.parse(await readFile(this.#file(name), "utf8")) as Presence;
    } catch {
      return null; // not there yet
    }
  }

  #file(name: string): string {
    return join(this.#plan.folder, `${name}.json`);
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await pause(ms, null, { signal }).catch(() => {});
}
