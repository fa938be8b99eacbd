import type { HarnessProgress } from "../harness/recordFormat.ts";
import type { PlannedStage } from "../workloads/adapter.ts";

type Tell = (progress: HarnessProgress) => void;

/**
 * Progress of a harness that is not ours: what its own output tells, and between its lines, or where it tells nothing, what
 * the plan and the clock do. One per run.
 */
export class ForeignProgress {
  readonly #stages: readonly PlannedStage[];
  readonly #read: (line: string) => HarnessProgress | null;
  readonly #tell: Tell;
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #last: { readonly progress: HarnessProgress; readonly atMs: number } | null = null;

  constructor(
    stages: readonly PlannedStage[],
    read: (line: string) => HarnessProgress | null,
    tell: Tell,
    tickMs = 1000,
  ) {
    this.#stages = stages;
    this.#read = read;
    this.#tell = tell;
    this.#timer = setInterval(() => tell(this.now()), tickMs);
    this.#timer.unref();
  }

  /** @returns whether the line told of progress */
  line(text: string): boolean {
    const progress = this.#read(text);
    if (progress === null) return false;
    this.#last = { progress, atMs: performance.now() };
    this.#tell(this.now());
    return true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  now(): HarnessProgress {
    const elapsedSeconds = (performance.now() - this.#startMs) / 1000;
    if (this.#last === null) return this.#byClock(elapsedSeconds);
    const { progress, atMs } = this.#last;
    const since = (performance.now() - atMs) / 1000;
    // As of that line: taken anew at each tick it would grow while nothing is told.
    const eta = progress.etaSeconds ?? this.#eta(progress, elapsedSeconds - since);
    const told = { ...progress, elapsedSeconds, etaSeconds: eta === null ? null : Math.max(0, eta - since) };
    // Between its first and last word many of them count nothing.
    // Between its first and last word many of them count nothing, and do not say when the next stage begins.
    if (progress.ok + progress.failed + progress.inFlight > 0 || progress.phase !== "stage") return told;
    const { stage, name } = progress.stage > 1 || this.#stages.length === 1 ? progress : this.#byClock(elapsedSeconds);
    return { ...told, stage, name, note: `${Math.round(elapsedSeconds)} s so far` };
  }

  /** From the pace so far where stages count requests, from the plan where they have a time. */
  #eta({ stage, ok, failed }: HarnessProgress, elapsedSeconds: number): number | null {
    const counts = this.#stages.map(({ requests }) => requests);
    if (counts.every((count) => count !== null)) {
      const before = counts.slice(0, Math.max(0, stage - 1)).reduce((sum, count) => sum + count, 0);
      const done = before + ok + failed;
      const all = counts.reduce((sum, count) => sum + count, 0);
      return done === 0 ? null : (elapsedSeconds * Math.max(0, all - done)) / done;
    }
    return this.#timeLeft(elapsedSeconds);
  }

  #timeLeft(elapsedSeconds: number): number | null {
    const seconds = this.#stages.map(({ seconds }) => seconds);
    if (!seconds.every((one) => one !== null) || seconds.length === 0) return null;
    return Math.max(0, seconds.reduce((sum, one) => sum + one, 0) - elapsedSeconds);
  }

  #byClock(elapsedSeconds: number): HarnessProgress {
    const timed = this.#timeLeft(0) !== null;
    const ends = this.#stages.map((_, i) =>
      this.#stages.slice(0, i + 1).reduce((sum, one) => sum + (one.seconds ?? 0), 0),
    );
    const passed = timed ? ends.filter((end) => end <= elapsedSeconds).length : 0;
    const index = Math.min(passed, this.#stages.length - 1);
    return {
      phase: "stage",
      stage: index + 1,
      stages: this.#stages.length,
      name: timed ? (this.#stages[index]?.name ?? "") : "",
      elapsedSeconds,
      etaSeconds: this.#timeLeft(elapsedSeconds),
      inFlight: 0,
      ok: 0,
      failed: 0,
      note: `${Math.round(elapsedSeconds)} s, no word of its progress yet`,
    };
  }
}
