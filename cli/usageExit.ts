/** EX_USAGE of sysexits.h and, for a bug, EX_SOFTWARE. */
export const USAGE_OF_GATE = 64;
const BUG_IN_GATE = 70;

/**
 * Exit codes of what is no result. Of a gate, 1 to 3 are verdicts: a typing mistake must not read as "inconclusive", nor a
 * bug as a regression.
 */
export function errorExits(command: string | undefined): { readonly usage: number; readonly bug: number } {
  return command === "gate" ? { usage: USAGE_OF_GATE, bug: BUG_IN_GATE } : { usage: 2, bug: 1 };
}
