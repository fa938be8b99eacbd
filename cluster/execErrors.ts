/** The command ran and failed. */
export class ExecExit extends Error {
  override readonly name = "ExecExit";
  readonly code: number;
  readonly stderr: string;

  constructor(code: number, stderr: string) {
    super(`the command ended with code ${code}: ${stderr || "it said nothing"}`);
    this.code = code;
    this.stderr = stderr;
  }
}

/** not-started: the container is not there yet. gone: the pod is not there. broken: the connection did not last. */
export type TransientKind = "not-started" | "gone" | "broken";

/** Nothing is known about the command's end; what it was to do may be asked again. */
export class TransientExecError extends Error {
  override readonly name = "TransientExecError";
  readonly kind: TransientKind;

  constructor(kind: TransientKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
