import type { Scenario } from "../scenario/scenario.ts";

/** So that the attempts at one repetition share no seed with the repetitions after it. */
const MOST_REPETITIONS = 10_000;
const MOST_ATTEMPTS = 10_000;

/**
 * Of the prompts of one run; repetition and attempt from 1. All targets of a repetition have the same, hence identical prompts.
 * The next repetition, the next attempt at the same one, and that with other targets loaded meanwhile have another: an engine
 * that stayed up would answer it from its prefix cache (vllm#54227; seen on a retried run: 94 % of its prompt tokens).
 */
export function seedOf(
  { seed }: Pick<Scenario, "seed">,
  {
    repetition,
    attempt = 1,
    loadedWith = [],
  }: { readonly repetition: number; readonly attempt?: number; readonly loadedWith?: readonly string[] },
): number {
  const together = loadedWith.length > 0 ? MOST_REPETITIONS * MOST_ATTEMPTS : 0;
  return seed + repetition - 1 + (attempt - 1) * MOST_REPETITIONS + together;
}
