import type { Run } from "../../../analysis/run.ts";
import { noEngine } from "../../../analysis/server/noEngine.ts";
import type { PodServer, ServerRecord, StageServer } from "../../../analysis/server/serverMetrics.ts";
import { runsOf } from "../systems.ts";

export interface TogetherOptions {
  readonly repetitions?: number;
  /** Factor on all times of a target while the other is loaded. */
  readonly slowdown?: Readonly<Record<string, number>>;
  /** How much later the second target begins, ms. */
  readonly laterMs?: number;
}

/** Made-up runs of two targets, alone and together. */
export async function togetherRuns(options: TogetherOptions = {}): Promise<Run[]> {
  const { repetitions = 5, slowdown = { small: 1.05, large: 1.4 }, laterMs = 0 } = options;
  const names = ["small", "large"];
  const alone = await runsOf(names.map((name) => ({ name, repetitions })));
  const beside = await Promise.all(
    names.map(async (name) => {
      const runs = await runsOf([{ name, repetitions, shape: { slowdown: slowdown[name] ?? 1 } }]);
      return runs.map((run): Run => {
        const start = Date.parse(run.startedAt) + (name === "large" ? laterMs : 0);
        return {
          ...run,
          runId: run.runId.replace("0badcafe", "0beef123"),
          startedAt: new Date(start).toISOString(),
          loadedWith: names.filter((other) => other !== name),
          group: `together-12345678-r${run.repetition}`,
        };
      });
    }),
  );
  return [...alone, ...beside.flat()];
}

/** What pods counted in each stage, as if they had been asked. */
export function withPods(run: Run, pods: readonly Partial<PodServer>[]): Run {
  const none = { value: null, reason: "it was not asked" } as const;
  const perPod = pods.map((pod, i) => ({
    ...{ pod: `10.0.0.${i + 1}:8000`, role: null, requests: none, promptTokens: none, outputTokens: none },
    ...{ prefixHits: none, prefixQueries: none },
    ...pod,
  }));
  const stage: StageServer = { ...noEngine, gpu: null, pods: pods.length, perPod };
  const server: ServerRecord = { source: "test", stages: run.stages.map(() => stage), series: [], remarks: [] };
  return { ...run, server };
}
