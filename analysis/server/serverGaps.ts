import type { ServerMetricsLine } from "../../harness/recordFormat.ts";

interface Asked {
  asked: number;
  gaps: number;
  final: boolean;
  readonly causes: Map<string, number>;
}

/** What is missing in what the servers told, one sentence for each address. */
export class ServerGaps {
  readonly #asked = new Map<string, Asked>();
  readonly #cut = new Set<string>();
  #lost = 0;

  add({ url, address, gap, final, cut, lost = 0 }: ServerMetricsLine): void {
    const where = address === null ? url : new URL(url).host === address ? url : `${address} (${url})`;
    const asked = this.#asked.get(where) ?? { asked: 0, gaps: 0, final: false, causes: new Map() };
    this.#asked.set(where, asked);
    asked.asked++;
    this.#lost += lost;
    if (cut === true) this.#cut.add(where);
    if (gap === undefined) return;
    asked.gaps++;
    asked.final ||= final === true;
    asked.causes.set(gap, (asked.causes.get(gap) ?? 0) + 1);
  }

  remarks(): string[] {
    const missing = [...this.#asked].flatMap(([where, { asked, gaps, final, causes }]) => {
      if (gaps === 0) return [];
      const [cause = ""] = [...causes].sort((a, b) => b[1] - a[1])[0] ?? [];
      return final
        ? [`no server metrics at ${where}: ${cause}`]
        : [`server metrics have gaps: ${where} did not answer ${gaps} of ${asked} times (${cause})`];
    });
    return [
      ...missing,
      ...[...this.#cut].map((where) => `server metrics of ${where} are cut: its pages are longer than what is kept`),
      ...(this.#lost > 0 ? [`${this.#lost} pages of server metrics are lost: the disk was too slow`] : []),
    ];
  }
}
