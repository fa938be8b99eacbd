/** A command cannot go on; printed as it is, without a stack trace. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly next: string;
  readonly exitCode: number;

  constructor(message: string, next: string, exitCode = 1) {
    super(message);
    this.next = next;
    this.exitCode = exitCode;
  }
}
