/** What a run says of whom it measured. */
interface Measured {
  readonly target: string;
  /** In a comparison of several stacks or folders. */
  readonly system?: string | null;
  readonly loadedWith?: readonly string[];
}

/** Runs of one name are repetitions of each other. A target that was loaded beside others is another system than alone. */
export function systemName({ system = null, target, loadedWith = [] }: Measured): string {
  return system ?? (loadedWith.length === 0 ? target : `${target} with ${loadedWith.join(" and ")}`);
}
