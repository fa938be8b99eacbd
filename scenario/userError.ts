/** What a person must know to mend one bad setting. */
export interface Problem {
  /** As it is written in the stack file: "gpu", "targets[1].engine.blockSize". */
  readonly key: string;
  /** What was found there; undefined when the key is missing. */
  readonly value: unknown;
  /** What is wrong with it, as the rest of the sentence "gpu is "l40": ...". */
  readonly reason: string;
  /** Values or range that would be accepted; null when `reason` says it all. */
  readonly allowed: string | null;
  readonly file: string;
  /** What to do now: an imperative sentence. */
  readonly next: string;
}

/** One mistake of the user's: its message is one line, and it carries no stack trace worth printing. */
export class UserError extends Error implements Problem {
  readonly key: string;
  readonly value: unknown;
  readonly reason: string;
  readonly allowed: string | null;
  readonly file: string;
  readonly next: string;

  constructor(problem: Problem) {
    super(describe(problem));
    this.name = "UserError";
    this.key = problem.key;
    this.value = problem.value;
    this.reason = problem.reason;
    this.allowed = problem.allowed;
    this.file = problem.file;
    this.next = problem.next;
    hideStack(this);
  }
}

/** All mistakes found in one scenario; the message has one line for each. */
export class ScenarioError extends Error {
  readonly problems: readonly UserError[];

  constructor(problems: readonly UserError[]) {
    super(problems.map((problem) => problem.message).join("\n"));
    this.name = "ScenarioError";
    this.problems = problems;
    hideStack(this);
  }
}

/** Pulumi and Node print `stack`, not `message`, for what a program throws: frames would bury the one line that helps. */
function hideStack(error: Error): void {
  error.stack = error.message;
}

function describe({ key, value, reason, allowed, file, next }: Problem): string {
  const found = value === undefined ? `${key} is missing` : `${key} is ${show(value)}`;
  const allowedText = allowed === null ? "" : ` Allowed: ${allowed}.`;
  return `${file}: ${found}: ${reason}.${allowedText} ${next}`;
}

/** A value as the user would write it, cut to a length that keeps the message one readable line. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
