import { Histogram, oneTwoFive } from "./histogram.ts";
import type { ScheduledStep } from "./scheduler.ts";
import type { FinishReason, Sequence } from "./sequence.ts";

// vLLM's bucket bounds (0.32), in seconds.
const requestSeconds = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const firstTokenSeconds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const betweenTokensSeconds = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];

/** What the engine counts, in vLLM's sense of each name. Durations in seconds of the client's clock: simulated time over speed. */
export class EngineMetrics {
  preemptions = 0;
  prefixQueries = 0;
  prefixHits = 0;
  promptTokens = 0;
  promptTokensCached = 0;
  generationTokens = 0;
  readonly finished = { stop: 0, length: 0, abort: 0, error: 0, repetition: 0 };
  readonly iterationTokens = new Histogram([1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384]);
  readonly timeToFirstToken = new Histogram(firstTokenSeconds);
  readonly interTokenLatency = new Histogram(betweenTokensSeconds);
  readonly timePerOutputToken = new Histogram(betweenTokensSeconds);
  readonly endToEnd = new Histogram(requestSeconds);
  readonly queueTime = new Histogram(requestSeconds);
  readonly inferenceTime = new Histogram(requestSeconds);
  readonly prefillTime = new Histogram(requestSeconds);
  readonly decodeTime = new Histogram(requestSeconds);
  readonly requestPromptTokens: Histogram;
  readonly requestGenerationTokens: Histogram;
  readonly requestMaxGenerationTokens: Histogram;
  readonly requestMaxTokens: Histogram;
  readonly requestN = new Histogram([1, 2, 5, 10, 20]);
  readonly requestPreemptions = new Histogram([1, 2, 3, 4, 5, 10, 20]);
  readonly prefillComputedTokens: Histogram;
  readonly #secondsPerMs: number;

  constructor(maxModelLen: number, speed: number) {
    this.#secondsPerMs = 1e-3 / speed;
    const tokens = oneTwoFive(maxModelLen);
    this.requestPromptTokens = new Histogram(tokens);
    this.requestGenerationTokens = new Histogram(tokens);
    this.requestMaxGenerationTokens = new Histogram(tokens);
    this.requestMaxTokens = new Histogram(tokens);
    this.prefillComputedTokens = new Histogram(tokens);
  }

  onStep(step: ScheduledStep): void {
    this.iterationTokens.observe(step.load.tokens);
    this.preemptions += step.preempted.length;
    for (const { queried, hit, resumed } of step.admitted) {
      // A resumed request finds its own blocks again; vLLM leaves that out of the hit rate.
      if (resumed) continue;
      this.prefixQueries += queried;
      this.prefixHits += hit;
    }
  }

  /** Before the sequence's own times are moved on. */
  onToken(sequence: Sequence, timeMs: number): void {
    this.generationTokens++;
    if (sequence.lastTokenMs === null) {
      this.promptTokens += sequence.request.prompt.length;
      this.promptTokensCached += sequence.cachedTokens;
      this.timeToFirstToken.observe((timeMs - sequence.arrivalMs) * this.#secondsPerMs);
    } else {
      this.interTokenLatency.observe((timeMs - sequence.lastTokenMs) * this.#secondsPerMs);
    }
  }

  onFinish(sequence: Sequence, reason: FinishReason): void {
    this.finished[reason]++;
    const { arrivalMs, queuedMs, request, output } = sequence;
    const firstScheduledMs = sequence.firstScheduledMs!;
    const firstTokenMs = sequence.firstTokenMs!;
    const endMs = sequence.lastTokenMs!;
    const seconds = this.#secondsPerMs;
    this.endToEnd.observe((endMs - arrivalMs) * seconds);
    this.queueTime.observe((firstScheduledMs - queuedMs) * seconds);
    this.prefillTime.observe((firstTokenMs - firstScheduledMs) * seconds);
    this.decodeTime.observe((endMs - firstTokenMs) * seconds);
    this.inferenceTime.observe((endMs - firstScheduledMs) * seconds);
    // vLLM observes 0 for a one-token output.
    this.timePerOutputToken.observe(output > 1 ? ((endMs - firstTokenMs) / (output - 1)) * seconds : 0);
    this.requestPromptTokens.observe(request.prompt.length);
    this.requestGenerationTokens.observe(output);
    this.requestMaxGenerationTokens.observe(output);
    this.requestMaxTokens.observe(request.maxTokens);
    this.requestN.observe(1);
    this.requestPreemptions.observe(sequence.preemptions);
    this.prefillComputedTokens.observe(request.prompt.length - sequence.cachedTokens);
  }
}
