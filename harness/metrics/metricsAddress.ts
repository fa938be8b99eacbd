import { isIPv6, type LookupFunction } from "node:net";
import { Client } from "undici";
import { causeOf, seconds } from "../failure.ts";
import type { ServerMetricsLine } from "../recordFormat.ts";
import { HARNESS_VERSION } from "../version.ts";
import { wantedLines } from "./wantedLines.ts";

const LONGEST_PAGE_BYTES = 4 * 2 ** 20;
/** An engine under its heaviest load answers late, and that is when its numbers matter. */
const DEADLINE_MS = 5000;
/** Of one that did not answer the last time: it must not hold up the next stage. */
const SHORT_DEADLINE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

export type Scrape = Pick<ServerMetricsLine, "atMs" | "tookMs" | "text" | "cut" | "gap">;

/** One process that tells metrics, on a connection of its own: that of a request would make the request wait. */
export class MetricsAddress {
  readonly address: string;
  readonly #client: Client;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secret: string | null;
  #failures = 0;
  #nextTryMs = 0;
  #busy = false;
  answered = false;
  /** Nobody there, or it has no such page: unlike a timeout, the next try would meet the same. */
  refused = false;

  constructor(url: URL, address: string, apiKey: string | null) {
    this.address = `${isIPv6(address) ? `[${address}]` : address}:${url.port || (url.protocol === "https:" ? 443 : 80)}`;
    // The host's name stays in the request and in the TLS handshake.
    const lookup: LookupFunction = (_host, options, done) => {
      const family = isIPv6(address) ? 6 : 4;
      if (options.all === true) done(null, [{ address, family }]);
      else done(null, address, family);
    };
    this.#client = new Client(url.origin, { allowH2: false, connect: { lookup, timeout: DEADLINE_MS } });
    // Errors reach whoever asked; without a listener they would also end the process.
    this.#client.on("connectionError", () => {});
    this.#path = url.pathname + url.search;
    this.#secret = apiKey;
    this.#headers = {
      // OpenMetrics has names without _total and exemplars: the older text says the same with less.
      accept: "text/plain; version=0.0.4",
      "user-agent": `llm-bench/${HARNESS_VERSION}`,
      ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
    };
  }

  /** @param always also where the last try failed just now. null: it was not asked */
  async scrape(originMs: number, always: boolean): Promise<Scrape | null> {
    const askedMs = performance.now();
    if (this.#busy || (!always && askedMs < this.#nextTryMs)) return null;
    this.#busy = true;
    const result = await this.#ask().catch((error: Error) => {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      this.refused ||= ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH"].includes(code);
      return { gap: causeOf(error) };
    });
    this.#busy = false;
    const nowMs = performance.now();
    this.#failures = "gap" in result ? this.#failures + 1 : 0;
    this.#nextTryMs = "gap" in result ? nowMs + Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (this.#failures - 1)) : 0;
    return { atMs: askedMs - originMs, tookMs: nowMs - askedMs, ...result };
  }

  close(): void {
    this.#client.destroy(null).catch(() => {});
  }

  async #ask(): Promise<Pick<Scrape, "text" | "cut"> | { gap: string }> {
    const deadlineMs = this.#failures === 0 ? DEADLINE_MS : SHORT_DEADLINE_MS;
    const signal = AbortSignal.timeout(deadlineMs);
    try {
      const options = { method: "GET" as const, path: this.#path, headers: this.#headers, signal };
      const { statusCode, body } = await this.#client.request(options);
      const page = await readPage(body);
      if (statusCode !== 200) {
        this.refused ||= statusCode < 500 && statusCode !== 429;
        return { gap: `HTTP ${statusCode}` };
      }
      if (page === null) return { gap: `more than ${LONGEST_PAGE_BYTES / 2 ** 20} MiB` };
      this.answered = true;
      const { text, cut } = wantedLines(page);
      const clean = this.#secret === null ? text : text.replaceAll(this.#secret, "***");
      return cut ? { text: clean, cut } : { text: clean };
    } catch (error) {
      if (signal.aborted) return { gap: `no answer in ${seconds(deadlineMs)}` };
      throw error;
    }
  }
}

/** null: too long; the rest is not read. */
async function readPage(body: AsyncIterable<unknown>): Promise<string | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    length += (piece as Buffer).length;
    if (length > LONGEST_PAGE_BYTES) return null;
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces).toString("utf8");
}
