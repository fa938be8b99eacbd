/** A counter as one page has it; `startedAt` tells one process from the next, null where the page does not say. */
export interface Counted {
  readonly value: number;
  readonly startedAt: number | null;
}

/**
 * What a counter grew by over these pages, in order. One that began again at 0 (its process restarted) counts from 0:
 * what it had before the page that showed the restart is lost, so the sum is a lower bound then.
 */
export function counterDelta(pages: readonly Counted[]): number {
  let total = 0;
  for (let i = 1; i < pages.length; i++) {
    const [before, after] = [pages[i - 1] as Counted, pages[i] as Counted];
    total += beganAgain(before, after) ? after.value : after.value - before.value;
  }
  return total;
}

export function beganAgain(before: Counted, after: Counted): boolean {
  if (before.startedAt !== null && after.startedAt !== null && before.startedAt !== after.startedAt) return true;
  return after.value < before.value;
}
