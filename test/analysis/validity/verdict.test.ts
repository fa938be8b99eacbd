import assert from "node:assert/strict";
import { analyse } from "../../../analysis/analyse.ts";
import type { Run } from "../../../analysis/run.ts";
import type { StageServer } from "../../../analysis/server/serverMetrics.ts";
import type { Check, Validity } from "../../../analysis/validity/validity.ts";
import { validityExit } from "../../../cli/validityExit.ts";
import type { StageSummary } from "../../../harness/recordFormat.ts";
import { closedLoopRun } from "../fakeEngine.ts";
import type { FakeRequest, FakeRun } from "../nativeFolder.ts";
import { imported, options } from "../systems.ts";

const good = closedLoopRun({ seed: 1, concurrencies: [2], windowMs: 2000 });

async function run(fake: Partial<FakeRun> = {}, change: Partial<Run> = {}): Promise<Run> {
  return { ...(await imported({ ...good, ...fake })), ...change };
}

function validity(...runs: Run[]): Validity {
  return analyse(runs, options).systems[0]!.validity;
}

const changed = (change: (index: number) => Partial<FakeRequest>): Partial<FakeRun> => ({
  requests: good.requests.map((request, index) => ({ ...request, ...change(index) })),
});

const told = ({ findings }: Validity, check: Check) =>
  findings.filter((finding) => finding.check === check).map(({ severity, text }) => `${severity}: ${text}`);

const absent = { value: null, reason: "not recorded" } as const;
const gauge = (value: number) => ({ mean: { value }, max: { value } });
const server: StageServer = {
  ...{ pods: 1, samples: 10, resets: 0, prefixCacheHitRate: absent, preemptions: absent, promptTokens: absent },
  ...{ kvCacheUse: gauge(0.1), running: gauge(2), waiting: gauge(0), outputTokens: absent, queueSeconds: absent },
  ...{ prefillSeconds: absent, decodeSeconds: absent, imbalance: absent, cpuCores: absent, memoryBytes: absent },
  gpu: null,
};
const recorded = (stage: Partial<StageServer>): Partial<Run> => ({
  server: { source: "test", stages: [{ ...server, ...stage }], series: [], remarks: [] },
});

describe("the verdict on a system", () => {
  it("is valid for a short run of a good engine: withheld percentiles are notes", async () => {
    const found = validity(await run());
    assert.equal(found.verdict, "valid");
    assert.deepEqual(told(found, "samples"), [
      "note: percentiles are withheld: p90 (needs 64 requests) at concurrency 2; p95 (needs 130 requests) at concurrency 2; p99 (needs 662 requests) at concurrency 2",
    ]);
  });

  it("is that of the worst finding, which comes first", async () => {
    const found = validity(await run(changed((i) => (i % 3 > 0 ? { outcome: "timeout" } : {}))));
    assert.equal(found.verdict, "invalid");
    assert.deepEqual(
      found.findings.map(({ severity }) => severity),
      [...found.findings.map(({ severity }) => severity)].sort(
        (a, b) => ["invalid", "suspect", "note"].indexOf(a) - ["invalid", "suspect", "note"].indexOf(b),
      ),
    );
    assert.match(told(found, "failures")[0]!, /^invalid: most requests failed: 6\d\.\d % over all loads/);
  });

  it("is invalid where nothing is to be read, and suspect where one of two repetitions is", async () => {
    const failed = await run({}, { runId: "engine-0badcafe-r2", repetition: 2, status: "failed", reason: "no answer" });
    const nothing: Partial<Run> = { stages: [], requests: null, itl: [] };
    assert.equal(validity({ ...failed, ...nothing }).verdict, "invalid");
    const both = validity(await run(), { ...failed, ...nothing });
    assert.deepEqual(told(both, "completeness"), ["suspect: run engine-0badcafe-r2 is failed: no answer"]);
    assert.deepEqual(told(validity(await run({}, nothing)), "completeness"), [
      "invalid: nothing was measured: not one stage ran",
    ]);
  });

  it("is invalid after a restart: by the run's reason, the cluster's facts, or the engine's counters", async () => {
    const reason = "the engine's pod vllm-0 restarted during the run";
    const begun = "a container of the engine's pod vllm-0 began anew at 2026-11-22T06:00:01Z";
    for (const change of [
      { status: "partial", reason } as const,
      { engineRestarts: [begun] },
      recorded({ resets: 1 }),
    ]) {
      const found = validity(await run({}, change));
      assert.equal(found.verdict, "invalid");
      assert.equal(told(found, "restarts").length, 1);
    }
    // Harness nop reads one start of several: nothing was measured that a restart could spoil.
    const nop = await run({}, { stages: [], requests: null, status: "partial", reason });
    assert.deepEqual(told(validity(nop), "restarts"), []);
  });

  it("is invalid where the prefix cache answered for most of the prompts, unless they come from a file", async () => {
    const cached = (share: number, plan: FakeRun["plan"] = {}) =>
      run({ ...changed(() => ({ cachedTokens: share })), plan });
    assert.equal(validity(await cached(90)).verdict, "invalid");
    assert.equal(validity(await cached(40)).verdict, "suspect");
    const data = { type: "file", path: "/data/prompts.jsonl", outputTokens: { type: "fixed", value: 10 } } as const;
    assert.equal(validity(await cached(90, { data })).verdict, "suspect");
    const counters = await run(
      changed(() => ({ cachedTokens: -1 })),
      recorded({ prefixCacheHitRate: { value: 0.3 } }),
    );
    assert.match(told(validity(counters), "prefixCache")[0]!, /^suspect: up to 30 % of prompt tokens/);
  });

  it("is invalid where the generator's core was full and the server idle", async () => {
    const summary = (await run()).stages[0]!.summary as StageSummary;
    const stages = [{ ...summary, client: { ...summary.client, cpu: 0.97 } }];
    const full = (idle: Partial<StageServer>) => run({ summary: { stages } }, recorded(idle));
    assert.equal(validity(await full({ running: gauge(1) })).verdict, "invalid");
    assert.equal(validity(await full({})).verdict, "suspect");
    assert.equal(validity(await full({ running: gauge(1), waiting: gauge(4) })).verdict, "suspect");
  });

  it("is suspect where an open loop's load did not arrive at a server with an empty queue", async () => {
    const open = { loads: [{ type: "constant", requestsPerSecond: 60 }] } as const;
    const text =
      /^suspect: less than 95 % of the load reached the server at 60 requests\/s \(constant\), and its queue/;
    assert.match(told(validity(await run(open, recorded({}))), "client")[0]!, text);
    assert.deepEqual(told(validity(await run(open)), "client"), [], "nobody knows the server's queue");
  });

  it("is suspect where numbers were taken from a harness that left no rows", async () => {
    const { stages } = await run();
    const reported = analyse([await run()], options).systems[0]!.stages[0]!.pooled;
    const taken = await run({}, { requests: null, itl: [], stages: stages.map((stage) => ({ ...stage, reported })) });
    assert.match(
      told(validity(taken), "samples")[0]!,
      /^suspect: there are no request rows: the numbers are taken from/,
    );
  });

  it("becomes an exit code: 3 as soon as one system is invalid", () => {
    const system = (verdict: Validity["verdict"]) => ({ validity: { verdict, findings: [] } });
    const exit = (...verdicts: Validity["verdict"][]) => validityExit({ systems: verdicts.map(system) as never });
    assert.deepEqual([exit("valid"), exit("suspect", "valid"), exit("valid", "invalid")], [0, 0, 3]);
  });
});
