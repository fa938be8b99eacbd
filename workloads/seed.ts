import { fingerprint } from "../scenario/runId.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** So that the attempts at one repetition share no seed with the repetitions after it. */
const MOST_REPETITIONS = 10_000;
const MOST_ATTEMPTS = 10_000;

/** Repetition and attempt from 1; the other targets that are loaded meanwhile. */
export interface SeededRun {
  readonly repetition: number;
  readonly attempt?: number;
  readonly loadedWith?: readonly string[];
}

/**
 * Of the prompts of one run. All targets of a repetition have the same, hence identical prompts. The next repetition, the
 * next attempt at the same one, that with other targets loaded meanwhile and one of another workload have another: an engine
 * that stayed up would answer it from its prefix cache (vllm#54227; seen on a retried run: 94 % of its prompt tokens, and
 * over half of them where only the number of clients had changed).
 * @param profile all that decides what is sent and when; its `name` does not
 */
export function seedOf({ seed }: Pick<Scenario, "seed">, profile: object, run: SeededRun): number {
  const { repetition, attempt = 1, loadedWith = [] } = run;
  const together = loadedWith.length > 0 ? MOST_REPETITIONS * MOST_ATTEMPTS : 0;
  return seed + ofWorkload(profile) + repetition - 1 + (attempt - 1) * MOST_REPETITIONS + together;
}

/** 30 bits: with all that is added the seed stays below 2^31, which is what harnesses take that are not ours. */
function ofWorkload(profile: object): number {
  return Number.parseInt(fingerprint({ ...profile, name: undefined }).slice(0, 8), 16) >>> 2;
}
