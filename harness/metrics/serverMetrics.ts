import type { HarnessPlan } from "../plan.ts";
import type { ServerMetricsLine } from "../recordFormat.ts";
import { MetricsFile } from "./metricsFile.ts";
import { MetricsSource } from "./metricsSource.ts";
import { metricsUrls } from "./metricsUrls.ts";

const EVERY_MS = 1000;
/** The first sample of a stage, so that one of a second has a sample in its middle, and no sample is of its ramp. */
const FIRST_MS = 500;
/** A run that is stopped waits no longer than this for a server that does not answer. */
const GRACE_MS = 1000;

/**
 * What the server says of itself while it is loaded: a page of every address at each stage's borders, and one a second in
 * between. It only listens: whatever fails here is a gap in its file, never in the run.
 */
export class ServerMetrics {
  readonly #sources: readonly MetricsSource[];
  readonly #file: MetricsFile;
  readonly #originMs: number;
  #stage = 0;
  #round = 0;
  #timer: NodeJS.Timeout | null = null;
  #during: Promise<void> = Promise.resolve();

  private constructor(sources: readonly MetricsSource[], file: MetricsFile, originMs: number) {
    this.#sources = sources;
    this.#file = file;
    this.#originMs = originMs;
  }

  /** @returns null where the plan wants none */
  static open(
    plan: HarnessPlan,
    folder: string,
    apiKey: string | null,
    originMs: number,
    signal: AbortSignal,
  ): ServerMetrics | null {
    const urls = metricsUrls(plan);
    if (urls.length === 0) return null;
    const { origin } = new URL(plan.target.baseUrl);
    // The key was given for the target: nobody else must see it.
    const sources = urls.map((url) => new MetricsSource(url, new URL(url).origin === origin ? apiKey : null));
    const hurry = (): void => {
      for (const source of sources) source.close();
    };
    signal.addEventListener("abort", () => setTimeout(hurry, GRACE_MS).unref(), { once: true });
    return new ServerMetrics(sources, new MetricsFile(folder, { formatVersion: 1, everyMs: EVERY_MS }), originMs);
  }

  /** Before the stage's first request: what was counted until now belongs to warm-up or to earlier stages. */
  async begin(stage: number): Promise<void> {
    this.#stage = stage;
    await this.#scrape("begin");
    const tick = (): void => {
      this.#timer = setTimeout(tick, EVERY_MS);
      this.#during = this.#scrape("during");
    };
    this.#timer = setTimeout(tick, FIRST_MS);
  }

  /** After the stage's last answer. */
  async end(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#during;
    await this.#scrape("end");
    this.#file.flush();
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const source of this.#sources) source.close();
    await this.#during;
    await this.#file.close();
  }

  async #scrape(moment: ServerMetricsLine["moment"]): Promise<void> {
    const of = { moment, stage: this.#stage, round: this.#round++ };
    await Promise.all(
      this.#sources.map((source) =>
        source
          .scrape(this.#originMs, moment !== "during", (line) => this.#file.write({ ...of, ...line }))
          .catch(() => {}),
      ),
    );
  }
}
