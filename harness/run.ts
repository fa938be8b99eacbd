import { cpus } from "node:os";
import { readApiKey } from "./apiKey.ts";
import { HealthWatch } from "./clientHealth.ts";
import { closedLoop } from "./closedLoop.ts";
import { InFlight } from "./inFlight.ts";
import { ServerMetrics } from "./metrics/serverMetrics.ts";
import { openLoop } from "./openLoop.ts";
import type { HarnessPlan } from "./plan.ts";
import { etaSeconds, type Part } from "./progress.ts";
import { type PromptSource, promptSource } from "./prompts/promptSource.ts";
import { checkPlan } from "./readPlan.ts";
import { Recorder } from "./recorder.ts";
import { type HarnessProgress, type HarnessSummary, type StageSummary, WARMUP_STAGE } from "./recordFormat.ts";
import { schedule } from "./schedule.ts";
import { Sender, type Traffic } from "./sender.ts";
import { skipped, warmupStage } from "./stageParts.ts";
import { drainBoundMs, type StageWindow } from "./stageWindow.ts";
import { mainFailure, Tally } from "./tally.ts";
import { HARNESS_VERSION } from "./version.ts";

const SWEEP_MS = 10;
const FLUSH_MS = 500;
const PROGRESS_MS = 1000;
/** What a reader finds where the process was killed, or while it runs. */
const UNFINISHED = "the load generator was killed before its end, or still ran when this was read";

export interface RunOptions {
  /** Called about once a second and at the end. */
  readonly onProgress?: (progress: HarnessProgress) => void;
  /** Called once, when an answer says that it comes from our simulated engine. */
  readonly onSimulated?: (version: string) => void;
  /** Stops the run: what is in flight is cancelled, what there is is written and marked partial. */
  readonly signal?: AbortSignal;
  /** Waits for those that load other engines meanwhile, before every part but the first; see `Barrier.meet`. */
  readonly meet?: (part: number, signal: AbortSignal) => Promise<string | null>;
}

export interface RunResult {
  readonly summary: HarnessSummary;
  /** 0 complete, 3 partial, 4 not one request succeeded. */
  readonly exitCode: 0 | 3 | 4;
  /** What a person should know; null when all is well. */
  readonly message: string | null;
}

/**
 * Runs the plan and writes its files (recordFormat.ts) into `folder`.
 *
 * @throws PlanError for a plan, prompt file or folder that cannot be used, before anything is sent
 * @throws Error when the results cannot be written; what was written before is whole and marked partial
 */
export async function runPlan(plan: HarnessPlan, folder: string, options: RunOptions = {}): Promise<RunResult> {
  checkPlan(plan);
  const apiKey = readApiKey(plan.target.apiKeyEnv);
  const prompts = promptSource(plan);
  const originMs = performance.now();
  const startedAt = new Date().toISOString();
  const stopper = new AbortController();
  const recorder = await Recorder.open(folder, plan, {
    originMs,
    secret: apiKey,
    onFailure: (error) => stopper.abort(error.message),
  });
  const onSignal = (): void => stopper.abort(reasonText(options.signal?.reason));
  options.signal?.addEventListener("abort", onSignal, { once: true });
  if (options.signal?.aborted) onSignal();
  const metrics = ServerMetrics.open(plan, folder, apiKey, originMs, stopper.signal);
  const meet = async (part: number): Promise<void> => {
    const gone = (await options.meet?.(part, stopper.signal)) ?? null;
    // Alone it would be another measurement under the same name.
    if (gone !== null) stopper.abort(gone);
  };
  const run = new Run(plan, prompts, apiKey, recorder, metrics, { originMs, startedAt, meet }, stopper.signal, options);
  try {
    return await run.execute();
  } finally {
    options.signal?.removeEventListener("abort", onSignal);
    await metrics?.close();
    await recorder.close();
  }
}

interface Clock {
  readonly originMs: number;
  readonly startedAt: string;
  /** Returns when a part may begin. */
  readonly meet: (part: number) => Promise<void>;
}

class Run {
  readonly #plan: HarnessPlan;
  readonly #prompts: PromptSource;
  readonly #recorder: Recorder;
  readonly #metrics: ServerMetrics | null;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onProgress: (progress: HarnessProgress) => void;
  readonly #inFlight: InFlight;
  readonly #sender: Sender;
  readonly #parts: Part[];
  readonly #summaries: StageSummary[] = [];
  #health: HealthWatch | null = null;
  #current = 0;

  constructor(
    plan: HarnessPlan,
    prompts: PromptSource,
    apiKey: string | null,
    recorder: Recorder,
    metrics: ServerMetrics | null,
    clock: Clock,
    signal: AbortSignal,
    { onProgress, onSimulated }: RunOptions,
  ) {
    this.#plan = plan;
    this.#prompts = prompts;
    this.#recorder = recorder;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#signal = signal;
    this.#onProgress = onProgress ?? (() => {});
    this.#inFlight = new InFlight(plan.deadlines);
    this.#sender = new Sender(plan, apiKey, recorder, this.#inFlight, onSimulated ?? (() => {}));
    const stages = plan.warmup === null ? plan.stages : [warmupStage(plan.warmup), ...plan.stages];
    this.#parts = stages.map((stage) => ({ stage, tally: new Tally(), beganMs: null, ended: false }));
  }

  async execute(): Promise<RunResult> {
    // Whatever ends the process before we do, the folder says that it is partial.
    await this.#recorder.writeSummary(this.#summary("partial", UNFINISHED));
    const timers = [
      setInterval(() => this.#sweep(), SWEEP_MS),
      setInterval(() => this.#recorder.flush(), FLUSH_MS),
      setInterval(() => this.#report(), PROGRESS_MS),
    ];
    try {
      await this.#runParts();
      await this.#recorder.drain();
      return await this.#conclude();
    } catch (error) {
      const reason = (error as Error).message;
      // The disk that failed may well refuse this, too; the summary written before says partial already.
      await this.#recorder.writeSummary(this.#summary("partial", reason)).catch(() => {});
      throw error;
    } finally {
      for (const timer of timers) clearInterval(timer);
      this.#sender.close();
    }
  }

  async #runParts(): Promise<void> {
    for (const [index, part] of this.#parts.entries()) {
      this.#current = index;
      if (index > 0 && !this.#signal.aborted && !this.#hopeless(index)) await this.#clock.meet(index);
      if (this.#signal.aborted || this.#hopeless(index)) {
        this.#summaries.push(skipped(part, performance.now() - this.#clock.originMs));
        continue;
      }
      const stage = this.#stageNumber(index);
      const metrics = stage === WARMUP_STAGE ? null : this.#metrics;
      await metrics?.begin(stage);
      this.#summaries.push(await this.#runPart(part, stage));
      await metrics?.end();
      part.ended = true;
      this.#recorder.flush();
      await this.#recorder.writeSummary(this.#summary("partial", UNFINISHED));
    }
  }

  /** Not one success in a whole stage: the rest would only wait for more failures. Warm-up alone is no verdict. */
  #hopeless(index: number): boolean {
    const stagesRun = this.#parts.slice(this.#warmupParts(), index);
    return stagesRun.length > 0 && this.#parts.every((part) => part.tally.ok === 0);
  }

  async #runPart(part: Part, stageNumber: number): Promise<StageSummary> {
    const { stage, tally } = part;
    const health = new HealthWatch(stage.load.type !== "concurrency");
    const traffic: Traffic = {
      stage: stageNumber,
      prompts: this.#prompts.forStage(stageNumber),
      tally,
      health,
      drainBoundMs: drainBoundMs(stage.stop, this.#plan.deadlines),
    };
    let gapCv: number | null = null;
    let window: StageWindow;
    this.#health = health;
    part.beganMs = performance.now();
    this.#report();
    if (stage.load.type === "concurrency") {
      const { concurrency } = stage.load;
      window = await closedLoop(traffic, concurrency, stage.stop, this.#sender, this.#inFlight, this.#signal);
    } else {
      const plan = schedule(stage.load, stage.stop, this.#plan.seed, stageNumber);
      gapCv = plan.gapCv;
      part.beganMs = performance.now();
      window = await openLoop(traffic, plan, stage.stop, this.#sender, this.#inFlight, this.#signal);
    }
    this.#health = null;
    return {
      name: stage.name,
      status: this.#signal.aborted ? "partial" : "complete",
      startMs: window.startMs - this.#clock.originMs,
      endMs: window.endMs - this.#clock.originMs,
      drainedMs: window.drainedMs - this.#clock.originMs,
      sent: tally.sent,
      outcomes: { ...tally.outcomes },
      client: health.result(),
      gapCv,
    };
  }

  async #conclude(): Promise<RunResult> {
    const tallies = this.#parts.map((part) => part.tally);
    const stages = this.#summaries.slice(this.#warmupParts());
    const ok = this.#parts.slice(this.#warmupParts()).reduce((sum, part) => sum + part.tally.ok, 0);
    const sent = tallies.reduce((sum, tally) => sum + tally.sent, 0);
    const cause = mainFailure(tallies) ?? "nothing was sent";
    let result: Omit<RunResult, "summary">;
    if (this.#signal.aborted) {
      result = { exitCode: 3, message: `partial: ${reasonText(this.#signal.reason)}; the files hold what there was` };
    } else if (ok === 0) {
      const skippedStages = stages.filter((stage) => stage.status === "skipped").length;
      const rest = skippedStages === 0 ? "" : `; ${skippedStages} further stages were skipped`;
      result = {
        exitCode: 4,
        message: `not one of ${sent} requests to ${this.#targetText()} succeeded: ${cause}${rest}`,
      };
    } else {
      result = { exitCode: 0, message: null };
    }
    const whole = result.exitCode === 0 || (result.exitCode === 4 && stages.every((s) => s.status === "complete"));
    const summary = this.#summary(whole ? "complete" : "partial", result.message);
    await this.#recorder.writeSummary(summary);
    this.#onProgress(this.#progress("done"));
    return { summary, ...result };
  }

  #targetText(): string {
    const { name, baseUrl } = this.#plan.target;
    return `"${name}" at ${baseUrl}`;
  }

  #summary(status: HarnessSummary["status"], reason: string | null): HarnessSummary {
    const warmup = this.#warmupParts() > 0 ? (this.#summaries[0] ?? null) : null;
    return {
      formatVersion: 1,
      harnessVersion: HARNESS_VERSION,
      runId: this.#plan.runId,
      status,
      reason,
      startedAt: this.#clock.startedAt,
      endedMs: performance.now() - this.#clock.originMs,
      node: process.version,
      cpuModel: cpus()[0]?.model ?? "unknown",
      cpuCount: cpus().length,
      warmup,
      stages: this.#summaries.slice(this.#warmupParts()),
    };
  }

  #sweep(): void {
    const nowMs = performance.now();
    this.#health?.tick(nowMs, SWEEP_MS);
    this.#inFlight.sweep(nowMs);
  }

  #report(): void {
    const part = this.#parts[this.#current]!;
    const { stop } = part.stage;
    const elapsed = part.beganMs === null ? 0 : performance.now() - part.beganMs;
    const over = "seconds" in stop ? elapsed > stop.seconds * 1000 : part.tally.sent >= stop.requests;
    this.#onProgress(this.#progress(over ? "draining" : this.#current < this.#warmupParts() ? "warmup" : "stage"));
  }

  #progress(phase: HarnessProgress["phase"]): HarnessProgress {
    const part = this.#parts[this.#current]!;
    const counted = phase === "done" ? this.#parts.slice(this.#warmupParts()) : [part];
    return {
      phase,
      stage: Math.max(1, this.#current - this.#warmupParts() + 1),
      stages: this.#plan.stages.length,
      name: part.stage.name,
      elapsedSeconds: (performance.now() - this.#clock.originMs) / 1000,
      etaSeconds: phase === "done" ? 0 : etaSeconds(this.#parts, performance.now()),
      inFlight: this.#inFlight.size,
      ok: counted.reduce((sum, p) => sum + p.tally.ok, 0),
      failed: counted.reduce((sum, p) => sum + p.tally.failed, 0),
    };
  }

  #warmupParts(): number {
    return this.#plan.warmup === null ? 0 : 1;
  }

  #stageNumber(index: number): number {
    const stage = index - this.#warmupParts();
    return stage < 0 ? WARMUP_STAGE : stage;
  }
}

function reasonText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
