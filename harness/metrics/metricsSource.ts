import type { ServerMetricsLine } from "../recordFormat.ts";
import { MetricsAddress } from "./metricsAddress.ts";
import { resolve } from "./resolve.ts";

const RESOLVE_EVERY_MS = 10_000;
/** Pages of many pods one after the other, so that reading them never holds up the answers of requests at one moment. */
const SPREAD_MS = 500;

export type SourceLine = Omit<ServerMetricsLine, "moment" | "stage" | "round">;

/** One URL and all that answers there: a headless Service has an address per pod, and pods come and go. */
export class MetricsSource {
  readonly #url: URL;
  readonly #apiKey: string | null;
  readonly #addresses = new Map<string, MetricsAddress>();
  #family: 4 | 6 = 4;
  #known: readonly string[] = [];
  #resolvedMs = Number.NEGATIVE_INFINITY;
  #everAnswered = false;
  #givenUp = false;

  constructor(url: string, apiKey: string | null) {
    this.#url = new URL(url);
    this.#apiKey = apiKey;
  }

  /** Asks all addresses. @param border at a stage's border, when nothing is under way: at once, also whoever failed just now */
  async scrape(originMs: number, border: boolean, write: (line: SourceLine) => void): Promise<void> {
    if (this.#givenUp) return;
    await this.#resolve(border);
    const url = this.#url.href;
    if (this.#known.length === 0) {
      const gap = `the name ${this.#url.hostname} has no address`;
      this.#givenUp = !this.#everAnswered;
      write({ url, address: null, atMs: performance.now() - originMs, tookMs: 0, gap, ...this.#final() });
      return;
    }
    const all = [...this.#addresses.values()];
    const gaps = await Promise.all(
      all.map(async (one, i) => {
        if (!border && i > 0) await new Promise((done) => setTimeout(done, (i * SPREAD_MS) / all.length));
        const result = await one.scrape(originMs, border);
        if (result === null) return null;
        if (result.gap === undefined) {
          this.#everAnswered = true;
          write({ url, address: one.address, ...result });
          return null;
        }
        // A pod that has gone: its name's record has, too.
        if (!this.#known.some((known) => one === this.#addresses.get(known))) this.#drop(one);
        return { url, address: one.address, ...result };
      }),
    );
    // Only where nobody ever answered: a pod that is being replaced refuses as well.
    if (!this.#everAnswered && all.length > 0 && all.every(({ refused }) => refused)) await this.#otherFamily();
    for (const gap of gaps) if (gap !== null) write({ ...gap, ...this.#final() });
  }

  close(): void {
    for (const one of this.#addresses.values()) one.close();
  }

  /** During a stage the names are asked beside the requests for metrics, not before them. */
  async #resolve(now: boolean): Promise<void> {
    const nowMs = performance.now();
    if (!now && nowMs - this.#resolvedMs < RESOLVE_EVERY_MS) return;
    this.#resolvedMs = nowMs;
    const found = await resolve(this.#url.hostname, this.#family);
    // Whoever was known stays: a name that is not found for a moment is no pod that has gone.
    if (found.length > 0) this.#known = found;
    for (const address of this.#known) {
      if (!this.#addresses.has(address))
        this.#addresses.set(address, new MetricsAddress(this.#url, address, this.#apiKey));
    }
  }

  /** A name may have an address of each family, and the server listen on one. */
  async #otherFamily(): Promise<void> {
    const before = this.#known;
    const other = this.#family === 4 ? await resolve(this.#url.hostname, 6) : before;
    if (this.#family === 6 || other.every((address) => before.includes(address))) {
      this.#givenUp = true;
      this.close();
      return;
    }
    this.close();
    this.#addresses.clear();
    this.#family = 6;
    this.#resolvedMs = Number.NEGATIVE_INFINITY;
  }

  #drop(gone: MetricsAddress): void {
    gone.close();
    for (const [key, one] of this.#addresses) if (one === gone) this.#addresses.delete(key);
  }

  #final(): { final?: true } {
    return this.#givenUp ? { final: true } : {};
  }
}
