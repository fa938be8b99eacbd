import type { ServerMetricsLine } from "../../harness/recordFormat.ts";
import { engineStage, type PodStage, type StageTimes } from "./engineStage.ts";
import { gpuStage } from "./gpuStage.ts";
import { noEngine } from "./noEngine.ts";
import { routerServer } from "./routerServer.ts";
import { routerStage } from "./routerStage.ts";
import { ServerGaps } from "./serverGaps.ts";
import type { ServerRecord, StageServer } from "./serverMetrics.ts";
import { readServerPage } from "./serverPage.ts";
import { type Round, serverSeries } from "./serverSeries.ts";
import { type MomentPage, severalProcesses, stagePages } from "./stagePages.ts";

/** Gathers the lines of server_metrics.jsonl.gz, in their order, and makes of them what the analysis reads. */
export class ServerRecordBuilder {
  readonly #pages = new Map<string, MomentPage[]>();
  readonly #rounds = new Map<number, { ms: number; pages: Map<string, MomentPage> }>();
  readonly #gaps = new ServerGaps();

  add(line: ServerMetricsLine): void {
    this.#gaps.add(line);
    if (line.text === undefined || line.address === null) return;
    const { moment, stage, round } = line;
    // The page was made somewhere between the question and the end of the answer.
    const read = readServerPage(line.address, line.atMs + line.tookMs / 2, line.text);
    const page: MomentPage = { ...read, moment, stage };
    // One address may have several pages, e.g. an engine's and an exporter's behind one proxy.
    const key = `${line.address} ${line.url}`;
    const pages = this.#pages.get(key);
    if (pages === undefined) this.#pages.set(key, [page]);
    else pages.push(page);
    const found = this.#rounds.get(round) ?? { ms: page.ms, pages: new Map() };
    this.#rounds.set(round, found);
    found.pages.set(this.#name(line), page);
  }

  /** @param stages in the plan's order; null: the stage did not run */
  finish(stages: readonly (StageTimes | null)[], everyMs: number): ServerRecord {
    const rounds = [...this.#rounds.values()].sort((a, b) => a.ms - b.ms);
    const found = stages.map((times, stage) => (times === null ? null : this.#stage(stage, times)));
    return {
      source: `pages of ${this.#pages.size === 1 ? "one address" : `${this.#pages.size} addresses`}, asked every ${everyMs / 1000} s by the load generator`,
      stages: found,
      series: serverSeries(rounds.map((round): Round => round)),
      remarks: [...this.#gaps.remarks(), ...this.#several(), ...restartRemarks(found)],
    };
  }

  #stage(stage: number, times: StageTimes): StageServer | null {
    const all = [...this.#pages].flatMap(([key, pages]): PodStage[] => {
      const told = stagePages(pages, stage);
      const [address, url] = key.split(" ") as [string, string];
      const othersBefore = [...this.#pages.values()].some((other) => (other[0]?.stage ?? stage) < stage);
      const first = pages[0] as MomentPage;
      const late = first.stage === stage && first.moment !== "begin";
      const isNew = late && (othersBefore || this.#anyAt(stage, "begin"));
      const isLost = told !== null && !told.ended && this.#anyAt(stage, "end");
      return told === null ? [] : [{ ...told, address, url, isNew, isLost }];
    });
    const engines = engineStage(all, times);
    const router = routerStage(all, times);
    const gpu = gpuStage(all, times);
    const routing = routerServer(all, times);
    const server = engines ?? router?.instead ?? (routing === null ? null : noEngine);
    if (server === null) return gpu === null ? null : { ...noEngine, gpu };
    return {
      ...server,
      ...(router?.endpoints === undefined ? {} : { endpoints: router.endpoints }),
      ...(routing === null ? {} : { router: routing }),
      gpu,
    };
  }

  #anyAt(stage: number, moment: MomentPage["moment"]): boolean {
    return [...this.#pages.values()].some((pages) =>
      pages.some((page) => page.stage === stage && page.moment === moment),
    );
  }

  #several(): string[] {
    return [...this.#pages].flatMap(([key, pages]) =>
      severalProcesses(pages.flatMap(({ engine }) => engine ?? []))
        ? [
            `several processes answer in turn at ${key.split(" ")[0]}: what they count cannot be told apart, so it is left out`,
          ]
        : [],
    );
  }

  /** Two URLs of one address are two lines of a time line. */
  #name({ address, url }: ServerMetricsLine): string {
    const own = [...this.#pages.keys()].filter((key) => key.startsWith(`${address} `));
    return own.length > 1 ? `${address} ${new URL(url).pathname}` : (address as string);
  }
}

function restartRemarks(stages: readonly (StageServer | null)[]): string[] {
  const total = stages.reduce((sum, stage) => sum + (stage?.resets ?? 0), 0);
  return total === 0
    ? []
    : [
        `an engine restarted or was lost ${total === 1 ? "once" : `${total} times`} during the run: its counters are lower bounds`,
      ];
}
