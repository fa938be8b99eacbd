/** A run folder that cannot be read: says which file, what is wrong with it and what to do. */
export class ImportError extends Error {
  readonly file: string;

  constructor(file: string, problem: string, next: string) {
    super(`${file}: ${problem}; ${next}`);
    this.name = "ImportError";
    this.file = file;
  }
}

export const collectAgain = "the copy is damaged: collect the run again, or run it again";
