import assert from "node:assert/strict";
import { poolServer } from "../../../analysis/server/poolServer.ts";
import type { StageServer } from "../../../analysis/server/serverMetrics.ts";
import { ServerRecordBuilder } from "../../../analysis/server/serverRecord.ts";
import { wantedLines } from "../../../harness/metrics/wantedLines.ts";
import type { ServerMetricsLine } from "../../../harness/recordFormat.ts";

const window = { startMs: 100, endMs: 4100 };
let round = 0;

/** As the load generator keeps it of a whole page. */
function line(moment: ServerMetricsLine["moment"], atMs: number, host: string, page: string): ServerMetricsLine {
  round += 1;
  const url = `http://${host}.bench.svc:9090/metrics`;
  return { moment, stage: 0, round, atMs, tookMs: 0, url, address: `10.0.0.1:${host}`, text: wantedLines(page).text };
}

function stageOf(lines: readonly ServerMetricsLine[]): StageServer {
  const builder = new ServerRecordBuilder();
  for (const one of lines) builder.add(one);
  return builder.finish([window], 1000).stages[0] as StageServer;
}

interface Counts {
  readonly requests: number;
  readonly seconds: number;
  readonly saturation?: number;
  readonly apart?: number;
}

/** Names and labels as llm-d-router v0.9.0 registers them: most families twice, under the prefix of before as well. */
function picker({ requests, seconds, saturation, apart }: Counts): string {
  const twice = (family: string, labels: string, value: number) =>
    `inference_extension_${family} ${value}\nllm_d_epp_${family}${labels} ${value}\n`;
  const decisions = (prefix: string, labels: string) =>
    `${prefix}disagg_decision_total{${labels}decision_type="prefill-decode",model_name="m"} ${apart}
${prefix}disagg_decision_total{${labels}decision_type="decode-only",model_name="m"} ${requests - (apart ?? 0)}
`;
  return `# TYPE llm_d_epp_scheduler_e2e_duration_seconds histogram
process_start_time_seconds 5
llm_d_epp_scheduler_e2e_duration_seconds_bucket{le="0.0001"} 3
${twice("scheduler_e2e_duration_seconds_sum", "", seconds)}${twice("scheduler_e2e_duration_seconds_count", "", requests)}${
  saturation === undefined ? "" : `llm_d_epp_flow_control_pool_saturation{inference_pool="p"} ${saturation}\n`
}${twice("prefix_indexer_hit_ratio_sum", '{plugin_name="p",plugin_type="t"}', requests / 4)}${twice(
  "prefix_indexer_hit_ratio_count",
  '{plugin_name="p",plugin_type="t"}',
  requests,
)}${
  apart === undefined
    ? ""
    : decisions("llm_d_inference_scheduler_", "") + decisions("llm_d_epp_", 'plugin_name="d",plugin_type="t",')
}`;
}

describe("a router's own metrics", () => {
  const router = (...pages: readonly [string, string, string]) =>
    stageOf([
      line("begin", 50, "epp", pages[0]),
      line("during", 2000, "epp", pages[1]),
      line("end", 4500, "epp", pages[2]),
    ]).router;

  it("are means per request of the stage, each family counted once", () => {
    const told = router(
      picker({ requests: 100, seconds: 1, apart: 40 }),
      picker({ requests: 150, seconds: 1.1, apart: 60 }),
      picker({ requests: 200, seconds: 1.3, apart: 100 }),
    );
    assert.equal(told?.requests.value, 100);
    assert.ok(Math.abs((told?.schedulingSeconds.value ?? 0) - 0.003) < 1e-12);
    assert.equal(told?.expectedPrefixHits.value, 0.25);
    assert.equal(told?.disaggregated.value, 0.6);
    assert.equal(told?.queueSeconds.value, null);
    assert.equal(told?.saturation.mean.value, null);
  });

  it("a family that begins with the first request is counted from 0; saturation is a mean over time", () => {
    const first = "process_start_time_seconds 5\nllm_d_epp_flow_control_pool_saturation 0.1";
    const told = router(
      first,
      picker({ requests: 5, seconds: 0.1, saturation: 0.8 }),
      picker({ requests: 10, seconds: 0.2, saturation: 0.4 }),
    );
    assert.equal(told?.requests.value, 10);
    assert.equal(told?.saturation.max.value, 0.8);
    assert.equal(told?.saturation.mean.value, 0.8);
    assert.equal(told?.disaggregated.value, null);
  });

  it("GAIE's names are read as well, and a page without any is no router's", () => {
    const gaie = (requests: number) =>
      `inference_extension_scheduler_e2e_duration_seconds_sum ${requests / 100}
inference_extension_scheduler_e2e_duration_seconds_count ${requests}`;
    assert.equal(router(gaie(0), gaie(10), gaie(20))?.schedulingSeconds.value, 0.01);
    const engine = "vllm:num_requests_running 1";
    assert.equal(router(engine, engine, engine), undefined);
  });

  it("repetitions are weighted by their requests", () => {
    const stage = (requests: number, seconds: number) =>
      stageOf([
        line("begin", 50, "epp", picker({ requests: 0, seconds: 0 })),
        line("end", 4500, "epp", picker({ requests, seconds })),
      ]);
    const pooled = poolServer([stage(10, 0.1), stage(30, 0.9)])?.router;
    assert.equal(pooled?.requests.value, 40);
    assert.equal(pooled?.schedulingSeconds.value, 0.025);
    assert.equal(pooled?.disaggregated.value, null);
  });
});

describe("pods of two roles", () => {
  const engine = (prompt: number, output: number, running: number, waiting: number) =>
    `process_start_time_seconds 1
vllm:prompt_tokens_total ${prompt}
vllm:generation_tokens_total ${output}
vllm:num_requests_running ${running}
vllm:num_requests_waiting ${waiting}
vllm:kv_cache_usage_perc 0.5`;
  const pod = (host: string, prompt: number, output: number, running: number, waiting: number) => [
    line("begin", 50, host, engine(0, 0, 0, 0)),
    line("during", 2000, host, engine(prompt, output, running, waiting)),
    line("end", 4500, host, engine(prompt, output, 0, 0)),
  ];

  it("count each request's tokens once, and are compared with others of their role", () => {
    const stage = stageOf([
      ...pod("a-prefill-pods", 1000, 10, 1, 20),
      ...pod("a-decode-pods", 600, 300, 8, 0),
      ...pod("b-decode-pods", 400, 200, 4, 0),
    ]);
    assert.equal(stage.promptTokens.value, 1000);
    assert.equal(stage.outputTokens.value, 500);
    assert.equal(stage.imbalance.value, 2);
    assert.equal(stage.kvCacheSpread?.value, 0);
    assert.equal(stage.running.mean.value, 13);
  });

  it("one pod of each has nothing to be compared with", () => {
    const stage = stageOf([...pod("a-prefill-pods", 1000, 10, 1, 20), ...pod("a-decode-pods", 1000, 500, 8, 0)]);
    assert.deepEqual(stage.imbalance, { value: null, reason: "there is one pod" });
    assert.equal(stage.waitingSpread?.value, null);
  });
});
