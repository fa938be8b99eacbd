/**
 * The cluster could not do what was asked; `message` names the cause, `next` the step that helps. Evidence (the last log
 * lines, events) is kept in the run's folder, not in the message.
 */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly next: string;

  constructor(message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.next = next;
  }
}
