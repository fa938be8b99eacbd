/** A run could not be made, for a reason outside this program; the message names cause and next step. */
export class RunError extends Error {
  override readonly name = "RunError";
}
