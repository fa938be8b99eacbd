const plainIntervalMs = 5000;

/** Progress as one line that is rewritten on a terminal, and as a plain line every 5 s in a log, where \r would pile up. */
export class LiveLine {
  readonly #out: NodeJS.WriteStream;
  #shown = "";
  #lastPlain = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  update(text: string): void {
    if (this.#out.isTTY) {
      // Longer than the terminal is wide, a line would wrap and \r would no longer reach its start.
      this.#shown = text.slice(0, (this.#out.columns || 80) - 1);
      this.#out.write(`\r\x1b[K${this.#shown}`);
    } else if (Date.now() - this.#lastPlain >= plainIntervalMs) {
      this.#lastPlain = Date.now();
      this.#out.write(`${text}\n`);
    }
  }

  /** A line that stays, above the live one. */
  print(text: string): void {
    if (this.#out.isTTY && this.#shown !== "") this.#out.write("\r\x1b[K");
    this.#out.write(`${text}\n`);
    if (this.#out.isTTY && this.#shown !== "") this.#out.write(this.#shown);
    // What comes next is about something new: in a log, a short run would else be over before its first line of progress.
    this.#lastPlain = 0;
  }

  end(): void {
    if (this.#out.isTTY && this.#shown !== "") this.#out.write("\r\x1b[K");
    this.#shown = "";
  }
}

/** Shows `what` with the seconds that have passed, and how long it usually takes, while `work` is under way. */
export async function withElapsed<T>(what: string, usualSeconds: number, work: Promise<T>): Promise<T> {
  const line = new LiveLine(process.stderr);
  const start = Date.now();
  const show = () => {
    const seconds = Math.round((Date.now() - start) / 1000);
    const left = usualSeconds - seconds;
    if (seconds >= 2) line.update(`${what}: ${seconds} s, ${left > 0 ? `ETA about ${left} s` : "longer than usual"}`);
  };
  const timer = setInterval(show, 1000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    line.end();
  }
}
