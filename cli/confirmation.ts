import { dirname, resolve } from "node:path";
import type { Gate } from "../analysis/gate/gate.ts";
import { repetitionsWanted } from "../analysis/gate/gateText.ts";
import { projectRoot } from "../run/projectRoot.ts";
import { type RunFolder, stackFolder } from "../run/runFolder.ts";
import { stackNames } from "../run/stackFiles.ts";

/** Fresh repetitions that a regression is confirmed with, before anybody is called. */
const TO_CONFIRM = 2;

export interface GateArguments {
  readonly baseline: string;
  readonly new: string;
}

/**
 * The commands that go on from an open verdict, or from a regression that is to be confirmed; the gate itself starts nothing.
 * Empty: nothing is open, or more repetitions would not help.
 */
export function confirmation(gate: Gate, { baseline, new: candidate }: GateArguments, stack: string | null): string[] {
  const more = repetitionsMissing(gate);
  if (more === null) return [];
  const again =
    stack === null
      ? `# measure ${more} more ${more === 1 ? "repetition" : "repetitions"}, then:`
      : more === 1
        ? `./bench up ${quoted(stack)} --again`
        : `for i in $(seq ${more}); do ./bench up ${quoted(stack)} --again; done`;
  return [again, `./bench gate --baseline ${quoted(baseline)} --new ${quoted(candidate)}`];
}

/** The stack that would add to these very runs; null where they are copies, of other stacks, or imported. */
export function stackOf(folders: readonly RunFolder[]): string | null {
  return (
    stackNames().find((stack) => {
      const own = resolve(stackFolder(projectRoot, stack));
      return folders.every(({ path }) => dirname(resolve(path)) === own);
    }) ?? null
  );
}

function repetitionsMissing(gate: Gate): number | null {
  if (gate.verdict === "regression") return TO_CONFIRM;
  const wanted = gate.verdict === "inconclusive" ? repetitionsWanted(gate) : null;
  if (wanted === null) return null;
  const here = gate.systems.flatMap(({ checks }) => checks.flatMap(({ row }) => row?.repetitions[0] ?? []));
  return Math.max(1, wanted - Math.min(...here));
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
