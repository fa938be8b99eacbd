import assert from "node:assert/strict";
import type { Measured } from "../../../analysis/analysis.ts";
import type { ServerRecord, StageServer } from "../../../analysis/server/serverMetrics.ts";
import { ServerRecordBuilder } from "../../../analysis/server/serverRecord.ts";
import type { ServerMetricsLine } from "../../../harness/recordFormat.ts";

const window = { startMs: 100, endMs: 4100 };
const A = "10.0.0.1:8000";
const B = "10.0.0.2:8000";

let round = 0;
function line(
  moment: ServerMetricsLine["moment"],
  atMs: number,
  address: string,
  text: string,
  stage = 0,
): ServerMetricsLine {
  round += 1;
  return { moment, stage, round, atMs, tookMs: 0, url: "http://engines:8000/metrics", address, text };
}

interface Told {
  readonly tokens?: number;
  readonly running?: number;
  readonly kv?: number;
  readonly start?: number;
  readonly more?: string;
}
const page = ({ tokens = 0, running = 0, kv = 0, start = 1, more = "" }: Told): string =>
  `process_start_time_seconds ${start}
process_cpu_seconds_total ${tokens / 100}
vllm:generation_tokens_total{engine="0"} ${tokens}
vllm:num_requests_running{engine="0"} ${running}
vllm:kv_cache_usage_perc{engine="0"} ${kv}
${more}`;

function record(
  lines: readonly ServerMetricsLine[],
  stages: Parameters<ServerRecordBuilder["finish"]>[0] = [window],
): ServerRecord {
  const builder = new ServerRecordBuilder();
  for (const one of lines) builder.add(one);
  return builder.finish(stages, 1000);
}
const only = (lines: readonly ServerMetricsLine[]): StageServer => record(lines).stages[0] as StageServer;
const reason = (measured: Measured | undefined) => (measured?.value === null ? measured.reason : measured?.value);

describe("a server's record", () => {
  it("counts from border to border, without what was counted before", () => {
    const stage = only([
      line("begin", 50, A, page({ tokens: 700 })),
      line("during", 600, A, page({ tokens: 800, running: 8, kv: 0.2 })),
      line("during", 2600, A, page({ tokens: 1200, running: 4, kv: 0.6 })),
      line("end", 4500, A, page({ tokens: 1700 })),
    ]);
    assert.equal(stage.outputTokens.value, 1000);
    assert.equal(stage.samples, 2);
    // The first stands for 1.5 s of the window of 4 s, the second for 2.5 s; the idle borders for nothing.
    assert.equal(stage.running.mean.value, (8 * 1.5 + 4 * 2.5) / 4);
    assert.deepEqual([stage.running.max.value, stage.kvCacheUse.max.value], [8, 0.6]);
    assert.equal(reason(stage.preemptions), "the engine does not tell vllm:num_preemptions_total");
    assert.equal(reason(stage.queueSeconds), "the engine does not tell vllm:request_queue_time_seconds_sum");
  });

  it("adds requests of pods, and averages their KV cache: two at 40 % are not one at 80 %", () => {
    const of = (address: string, running: number) => [
      line("begin", 50, address, page({ tokens: 0 })),
      line("during", 2000, address, page({ tokens: 5, running, kv: 0.4 })),
      line("end", 4500, address, page({ tokens: 10 })),
    ];
    const stage = only([...of(A, 9), ...of(B, 3)].sort((a, b) => a.atMs - b.atMs));
    assert.deepEqual(
      [
        stage.pods,
        stage.running.mean.value,
        stage.running.max.value,
        stage.kvCacheUse.mean.value,
        stage.outputTokens.value,
      ],
      [2, 12, 12, 0.4, 20],
    );
    assert.equal(stage.imbalance.value, 3);
  });

  it("reads several engines of one pod, and the names of older versions once", () => {
    const old = `vllm:gpu_cache_usage_perc{engine="0"} 0.9
vllm:num_requests_running{engine="1"} 2
vllm:kv_cache_usage_perc{engine="1"} 0.6`;
    const stage = only([
      line("begin", 50, A, page({})),
      line("during", 2000, A, page({ running: 4, kv: 0.2, more: old })),
      line("end", 4500, A, page({})),
    ]);
    assert.deepEqual(
      [stage.running.mean.value, stage.kvCacheUse.mean.value, stage.kvCacheUse.max.value],
      [6, 0.4, 0.6],
    );
    const before = only([
      line("begin", 50, A, "vllm:gpu_cache_usage_perc 0\n"),
      line("during", 2000, A, "vllm:gpu_cache_usage_perc 0.5\n"),
    ]);
    assert.equal(before.kvCacheUse.mean.value, 0.5);
  });

  it("tells a restart, and counts on from 0", () => {
    const found = record([
      line("begin", 50, A, page({ tokens: 500, start: 1 })),
      line("during", 1000, A, page({ tokens: 600, start: 1 })),
      line("during", 3000, A, page({ tokens: 30, start: 2 })),
      line("end", 4500, A, page({ tokens: 70, start: 2 })),
    ]);
    assert.deepEqual([found.stages[0]?.resets, found.stages[0]?.outputTokens.value], [1, 170]);
    assert.match(found.remarks.join(), /restarted or was lost once/);
  });

  it("counts a new pod from 0 and one that was lost up to its last page", () => {
    const stage = only([
      line("begin", 50, A, page({ tokens: 500 })),
      line("during", 1000, A, page({ tokens: 600, running: 1 })),
      line("during", 3000, B, page({ tokens: 40, running: 1 })),
      line("end", 4500, B, page({ tokens: 90 })),
    ]);
    assert.deepEqual([stage.pods, stage.outputTokens.value, stage.resets], [2, 190, 1]);
  });

  it("has no number of processes that take turns behind one address", () => {
    const found = record([
      line("begin", 50, A, page({ tokens: 500, start: 1 })),
      line("during", 1000, A, page({ tokens: 9, start: 2, running: 3 })),
      line("end", 4500, A, page({ tokens: 600, start: 1 })),
    ]);
    assert.match(String(reason(found.stages[0]?.outputTokens)), /^several processes answer behind one address/);
    assert.equal(found.stages[0]?.running.mean.value, null);
    assert.match(found.remarks.join(), /take|in turn/);
  });

  it("takes a lost border from the neighbouring stage, where nothing was sent in between", () => {
    const stages = [window, { startMs: 5000, endMs: 9000 }];
    const found = record(
      [
        line("begin", 50, A, page({ tokens: 0 })),
        line("during", 1000, A, page({ tokens: 5, running: 1 })),
        line("begin", 4900, A, page({ tokens: 10 }), 1),
        line("during", 6000, A, page({ tokens: 15, running: 1 }), 1),
        line("end", 9500, A, page({ tokens: 30 }), 1),
      ],
      stages,
    );
    assert.deepEqual(
      found.stages.map((stage) => stage?.outputTokens.value),
      [10, 20],
    );
    const unbegun = only([
      line("during", 1000, A, page({ tokens: 5, running: 1 })),
      line("end", 4500, A, page({ tokens: 9 })),
    ]);
    assert.equal(reason(unbegun.outputTokens), `${A} told nothing before the stage began`);
    assert.equal(unbegun.running.mean.value, 1);
  });

  it("reads GPUs: MiB, shares, watts of all, mJ as J, and only those that a pod holds", () => {
    const gpus = (energy: number) =>
      [0, 1, 2]
        .map((gpu) => {
          const labels = `{gpu="${gpu}",UUID="GPU-${gpu}",pod="${gpu === 2 ? "" : `vllm-${gpu}`}"}`;
          return [
            `DCGM_FI_DEV_GPU_UTIL${labels} 90`,
            `DCGM_FI_PROF_PIPE_TENSOR_ACTIVE${labels} 0.${gpu + 2}`,
            `DCGM_FI_DEV_FB_USED${labels} 70000`,
            `DCGM_FI_DEV_POWER_USAGE${labels} 300`,
            `DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION${labels} ${energy}`,
          ].join("\n");
        })
        .join("\n");
    const gpu = only([
      line("begin", 50, A, gpus(1_000_000)),
      line("during", 2000, A, gpus(1_600_000)),
      line("end", 4500, A, gpus(2_300_000)),
    ]).gpu;
    assert.deepEqual(
      [gpu?.gpus, gpu?.utilisation.value, gpu?.tensorActive.value, gpu?.memoryUsedMiB.value, gpu?.powerWatts.value],
      [2, 0.9, 0.25, 70_000, 600],
    );
    assert.equal(gpu?.energyJoules.value, 2600);
    assert.equal(reason(gpu?.dramActive), "the exporter does not tell DCGM_FI_PROF_DRAM_ACTIVE");
    // A counter that is read every 30 s stands still in a short stage: power over time instead.
    const still = only([
      line("begin", 1000, A, gpus(1)),
      line("during", 2000, A, gpus(1)),
      line("end", 3000, A, gpus(1)),
    ]);
    assert.equal(still.gpu?.energyJoules.value, 1200);
  });

  it("reads a router where no engine could be asked, its names once", () => {
    const router = (ready: number) => `llm_d_epp_average_kv_cache_utilization{name="pool"} 0.5
inference_pool_average_kv_cache_utilization{name="pool"} 0.5
llm_d_epp_average_queue_size{name="pool"} 3
llm_d_epp_ready_endpoints{name="pool"} ${ready}`;
    const stage = only([
      line("begin", 50, A, router(4)),
      line("during", 1000, A, router(4)),
      line("during", 3000, A, router(2)),
      line("end", 4500, A, router(2)),
    ]);
    assert.deepEqual([stage.kvCacheUse.mean.value, stage.waiting.max.value], [0.5, 12]);
    assert.deepEqual(stage.endpoints, { most: 4, fewest: 2 });
    assert.equal(reason(stage.outputTokens), "no page of an engine was recorded");
  });

  it("says who did not answer and why, and nothing is 0 for it", () => {
    const gap = {
      moment: "begin",
      stage: 0,
      round: 1,
      atMs: 50,
      tookMs: 1,
      url: "http://h/metrics",
      address: "h:80",
    } as const;
    const refused = record([{ ...gap, gap: "HTTP 404", final: true }]);
    assert.deepEqual([refused.stages, refused.series], [[null], []]);
    assert.deepEqual(refused.remarks, ["no server metrics at h:80 (http://h/metrics): HTTP 404"]);
    const late = record([line("begin", 50, A, page({})), { ...gap, gap: "no answer in 5.00 s" }]);
    assert.match(late.remarks.join(), /did not answer 1 of 1 times \(no answer in 5.00 s\)/);
  });

  it("draws gauges over the run: all pods together, each of a few, gaps as gaps, at most 600 points", () => {
    const of = (address: string, from: number) =>
      Array.from({ length: 1500 }, (_, i) => ({
        ...line("during", 1000 * i, address, page({ running: from })),
        round: i,
      }));
    const { series } = record([...of(A, 2), ...of(B, 3).filter((_, i) => i > 5 && i % 100 !== 0)]);
    const running = series.filter(({ metric }) => metric === "running");
    assert.deepEqual(
      running.map(({ pod }) => pod),
      [null, A, B],
    );
    const [all, , b] = running;
    assert.ok((all?.values.length ?? 0) <= 600 && all?.values.length === all?.seconds.length);
    assert.equal(b?.values[0], null);
    assert.equal(all?.values.at(-1), 5);
  });
});
