import type { Measured, StageAnalysis, StageMetrics, Summary, SystemAnalysis } from "../../../analysis/analysis.ts";
import type { CostAnalysis } from "../../../analysis/cost/costAnalysis.ts";
import type { Gauge, ServerSeries, StageServer } from "../../../analysis/server/serverMetrics.ts";
import type { SloAssessment, SloResult, SloTarget, StageSlo } from "../../../analysis/slo/sloAssessment.ts";
import { type SystemOptions, system } from "./fixture.ts";

/** Made-up systems with everything filled in that a report can judge by: objectives, price, the engine's own metrics. */
const targets: readonly SloTarget[] = [
  { metric: "ttftMs", percentile: "p95", limit: 120 },
  { metric: "tpotMs", percentile: "p95", limit: 16 },
  { metric: "failureRate", limit: 0.01 },
];

export interface JudgedOptions extends SystemOptions {
  readonly usdPerGpuHour?: number | null;
  readonly gpus?: number;
}

export function judgedSystem(options: JudgedOptions = {}): SystemAnalysis {
  const { usdPerGpuHour = 2.5, gpus = 1 } = options;
  const plain = system({ requests: 900, ...options });
  const stages = plain.stages.map((stage, i) => ({
    ...stage,
    server: server(stage, i),
    tail: { ttftMs: tail(stage.pooled.ttftMs), e2eMs: tail(stage.pooled.e2eMs) },
  }));
  const slo = assessment(stages);
  return {
    ...plain,
    stages,
    slo,
    cost: cost(stages, slo, usdPerGpuHour, gpus),
    validity: {
      verdict: "suspect",
      findings: [
        {
          check: "steadyState",
          severity: "suspect",
          loads: [stages.at(-1)?.load ?? 32],
          text: `At concurrency ${stages.at(-1)?.load ?? 32} the TTFT still rose when the stage ended: 41 % more in its last third than in its first.`,
        },
        { check: "serverMetrics", severity: "note", loads: [], text: "The engine was scraped every 2 s." },
      ],
    },
    bottleneck:
      stages.length === 0
        ? null
        : {
            kind: "kvCache",
            load: stages.at(-1)!.load,
            sentence: `The KV cache was full at ${stages.at(-1)!.load}: 97 % at its fullest and 12 preemptions.`,
          },
    serverSeries: stages.length === 0 ? [] : series(stages),
    stageSpans: stages.map(({ load, loadType }, i) => ({
      load,
      loadType,
      startSeconds: 31 * i,
      endSeconds: 31 * i + 30,
    })),
  };
}

const value = (number: number): Measured => ({ value: number });
const gauge = (mean: number, max: number): Gauge => ({ mean: value(mean), max: value(max) });
const none = (reason: string): Measured => ({ value: null, reason });

function assessment(stages: readonly StageAnalysis[]): SloAssessment {
  const judged = stages.map(({ load, pooled }): StageSlo => {
    const results = targets.map((target) => result(pooled, target));
    const verdict = results.some((one) => one.verdict === "fail")
      ? "fail"
      : results.some((one) => one.verdict === "unsure")
        ? "unsure"
        : "pass";
    const share = Math.max(0.02, Math.min(1, 1.6 - load / 28));
    return {
      load,
      verdict,
      results,
      goodShare: value(share),
      goodRequestsPerSecond: value(share * (pooled.requestsPerSecond.value ?? 0)),
      goodOutputTokensPerSecond: value(share * (pooled.outputTokensPerSecond.value ?? 0)),
    };
  });
  const passes = judged.findLast(({ verdict }) => verdict === "pass")?.load;
  const fails = judged.find(({ verdict }) => verdict === "fail")?.load;
  const loadType = stages[0]?.loadType ?? "concurrency";
  return {
    targets,
    stages: judged,
    goodRequest: "TTFT ≤ 120 ms and TPOT ≤ 16 ms",
    largestLoad:
      passes !== undefined && fails !== undefined
        ? { kind: "between", loadType, passes, fails }
        : passes !== undefined
          ? { kind: "atLeast", loadType, passes }
          : fails !== undefined
            ? { kind: "below", loadType, fails }
            : { kind: "unknown", reason: stages.length === 0 ? "no stage ran" : "no load is decided" },
  };
}

function result(pooled: StageMetrics, target: SloTarget): SloResult {
  const measured =
    "percentile" in target ? pooled[target.metric][target.percentile] : pooled[target.metric as "failureRate"];
  if (measured.value === null) return { measured, bound: null, verdict: "unsure", reason: measured.reason };
  const bound = { low: measured.value * 0.96, high: measured.value * 1.05 };
  if (bound.low > target.limit) return { measured, bound, verdict: "fail", reason: null };
  if (bound.high <= target.limit) return { measured, bound, verdict: "pass", reason: null };
  return { measured, bound, verdict: "unsure", reason: "the limit lies within the interval of the estimate" };
}

function cost(
  stages: readonly StageAnalysis[],
  slo: SloAssessment,
  usdPerGpuHour: number | null,
  gpus: number,
): CostAnalysis {
  const hour = usdPerGpuHour === null ? none("no price is known: set `prices`") : value(usdPerGpuHour * gpus);
  const per = (rate: Measured): Measured =>
    hour.value === null || rate.value === null ? hour : value((hour.value / 3600 / rate.value) * 1e6);
  const costs = stages.map(({ load, pooled }, i) => ({
    load,
    usdPerMillionInputTokens: per(pooled.inputTokensPerSecond),
    usdPerMillionUncachedInputTokens: none("the server reported no cached tokens"),
    usdPerMillionOutputTokens: per(pooled.outputTokensPerSecond),
    usdPerMillionTokens: per(pooled.totalTokensPerSecond),
    usdPerMillionGoodOutputTokens: per(slo.stages[i]!.goodOutputTokensPerSecond),
    outputTokensPerUsd: none("fixture"),
    joulesPerOutputToken: value(0.9 - 0.02 * i),
  }));
  const at = slo.stages.findLastIndex(({ verdict }) => verdict === "pass");
  const best = slo.stages[at]?.goodRequestsPerSecond.value ?? null;
  const rates =
    best === null || hour.value === null ? [] : Array.from({ length: 120 }, (_, i) => (best * (i + 1)) / 30);
  return {
    price:
      usdPerGpuHour === null
        ? null
        : { usdPerGpuHour, source: "a price list of a made-up provider", asOf: "2026-10-01" },
    gpus,
    usdPerHour: hour,
    stages: costs,
    atSlo: {
      load: stages[at]?.load ?? null,
      usdPerMillionGoodOutputTokens: costs[at]?.usdPerMillionGoodOutputTokens ?? none("no load meets the objectives"),
    },
    atLoad: null,
    replicaCurve: rates.map((requestsPerSecond) => {
      const replicas = Math.ceil(requestsPerSecond / best! - 1e-9);
      const usdPerMillionOutputTokens = ((replicas * hour.value!) / 3600 / (requestsPerSecond * 128)) * 1e6;
      return { requestsPerSecond, replicas, usdPerMillionOutputTokens };
    }),
    notes: ["The price is 52 days old."],
  };
}

function server({ load }: StageAnalysis, i: number): StageServer {
  return {
    pods: 1,
    samples: 15,
    resets: 0,
    prefixCacheHitRate: value(0.31 + 0.02 * i),
    kvCacheUse: gauge(Math.min(0.9, 0.03 * load), Math.min(0.97, 0.04 * load)),
    running: gauge(0.9 * load, load),
    waiting: gauge(Math.max(0, load - 24), Math.max(0, load - 20)),
    preemptions: value(load > 24 ? 12 : 0),
    promptTokens: value(256 * 900),
    outputTokens: value(128 * 900),
    queueSeconds: value(0.004 * load),
    prefillSeconds: value(0.03),
    decodeSeconds: value(1.6),
    imbalance: none("one pod"),
    cpuCores: value(1.9),
    memoryBytes: value(9e9),
    gpu: {
      gpus: 1,
      utilisation: value(Math.min(0.99, 0.4 + 0.02 * load)),
      tensorActive: value(0.22),
      dramActive: value(0.61),
      memoryUsedMiB: value(71_000),
      powerWatts: value(300 + 8 * load),
      energyJoules: value(12_000),
    },
  };
}

function series(stages: readonly StageAnalysis[]): ServerSeries[] {
  const seconds = Array.from({ length: Math.ceil((31 * stages.length) / 2) }, (_, i) => 2 * i);
  const at = (second: number) => stages[Math.min(stages.length - 1, Math.floor(second / 31))]!.load;
  const of = (metric: ServerSeries["metric"], formula: (second: number) => number): ServerSeries => ({
    metric,
    pod: null,
    seconds,
    // Nothing was scraped for a while: a gap, not a line over it.
    values: seconds.map((second) => (second > 70 && second < 80 ? null : formula(second))),
  });
  return [
    of("running", (second) => at(second) * (0.9 + 0.1 * Math.sin(second))),
    of("waiting", (second) => Math.max(0, at(second) - 24)),
    of("kvCacheUse", (second) => Math.min(0.97, 0.03 * at(second))),
    of("powerWatts", (second) => 300 + 8 * at(second)),
  ];
}

function tail({ p50, n }: Summary): (readonly [number, number])[] {
  if (p50.value === null || n === null) return [];
  const median = p50.value;
  return Array.from({ length: 25 }, (_, i): readonly [number, number] => {
    const share = (n / 2) ** (-i / 24);
    return [median * Math.exp(0.3 * Math.sqrt(-2 * Math.log(share)) - 0.35), share];
  });
}
