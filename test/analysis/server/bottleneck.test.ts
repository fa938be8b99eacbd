import assert from "node:assert/strict";
import type { StageAnalysis } from "../../../analysis/analysis.ts";
import { bottleneckOf } from "../../../analysis/server/bottleneck.ts";
import { noEngine } from "../../../analysis/server/noEngine.ts";
import type { GpuUse, RouterServer, StageServer } from "../../../analysis/server/serverMetrics.ts";
import { type StageOptions, stage } from "../figures/fixture.ts";

const v = (value: number) => ({ value });
const gauge = (mean: number, max = mean) => ({ mean: v(mean), max: v(max) });
const gpu = (tensor: number, dram: number): GpuUse => ({
  gpus: 1,
  utilisation: v(1),
  tensorActive: v(tensor),
  dramActive: v(dram),
  memoryUsedMiB: v(70_000),
  powerWatts: v(500),
  energyJoules: v(500),
});

/** An engine that tells everything, and whose GPU nobody looked at. */
const calm: StageServer = {
  ...noEngine,
  pods: 1,
  kvCacheUse: gauge(0.3, 0.4),
  running: gauge(8),
  waiting: gauge(0),
  preemptions: v(0),
  queueSeconds: v(0.001),
  prefillSeconds: v(0.03),
  ttftSeconds: v(0.1),
  gpu: null,
};

const untold = { value: null, reason: "the router does not tell it" };
const router: RouterServer = {
  requests: v(100),
  schedulingSeconds: v(0.0004),
  queueSeconds: untold,
  saturation: { mean: untold, max: untold },
  expectedPrefixHits: v(0.5),
  disaggregated: untold,
};

function bottleneck(
  server: Partial<StageServer> | null,
  client: number | null = 0.2,
  options: Partial<StageOptions> = {},
) {
  const of = (load: number, own: StageServer | null): StageAnalysis => {
    const made = stage({ load, ...options });
    return { ...made, server: own, pooled: { ...made.pooled, client: { ...made.pooled.client, cpu: client } } };
  };
  const all = server === null ? null : { ...calm, ...server };
  return bottleneckOf([of(32, all), of(1, all === null ? null : calm)]);
}

describe("bottleneckOf", () => {
  const cases: [string, Partial<StageServer> | null, number | null, string, RegExp][] = [
    [
      "generator",
      { preemptions: v(3) },
      0.93,
      "client",
      /^the load generator at concurrency 32: it used 0\.93 of one core$/,
    ],
    ["restart", { resets: 1, preemptions: v(3) }, 0.2, "replicaLost", /: engines restarted or were lost once$/],
    ["endpoints", { endpoints: { most: 4, fewest: 3 } }, 0.2, "replicaLost", /ready endpoints fell from 4 to 3$/],
    ["preemptions", { preemptions: v(14), waiting: gauge(9) }, 0.2, "kvCache", /: 14 preemptions, use up to 40 %$/],
    ["a full cache", { kvCacheUse: gauge(0.8, 0.97) }, 0.2, "kvCache", /: 0 preemptions, use up to 97 %$/],
    [
      "queue",
      { waiting: gauge(5.25), queueSeconds: v(0.06), waitingRise: v(4) },
      0.2,
      "queue",
      /: 5\.3 requests waiting on average and rising, 60 % of TTFT spent in it$/,
    ],
    [
      "a slow router",
      { router: { ...router, schedulingSeconds: v(0.08) }, preemptions: v(3) },
      0.2,
      "router",
      /^the router at concurrency 32: \d\d % of TTFT spent in picking an endpoint \(80\.0 ms each\)$/,
    ],
    [
      "held back by flow control",
      { router: { ...router, queueSeconds: v(0.08), saturation: gauge(0.92) } },
      0.2,
      "queue",
      /: \d\d % of TTFT spent in the router's queue, its pool 92 % full on average$/,
    ],
    ["a router that takes no time", { router, preemptions: v(3) }, 0.2, "kvCache", /: 3 preemptions/],
    [
      "uneven pods",
      { waiting: gauge(6), waitingSpread: v(0.9) },
      0.2,
      "routing",
      /pods differ in waiting requests by 90 % of their mean/,
    ],
    [
      "prefill",
      { prefillSeconds: v(0.08), gpu: gpu(0.8, 0.3) },
      0.2,
      "prefill",
      /: 80 % of TTFT, tensor cores active 80 % of the time$/,
    ],
    [
      "decode",
      { gpu: gpu(0.2, 0.8) },
      0.2,
      "decode",
      /: DRAM active 80 % of the time, TPOT 1\.4 times that at the smallest load$/,
    ],
    [
      "idle",
      { gpu: gpu(0.1, 0.2) },
      0.2,
      "underused",
      /tensor cores active 10 % and DRAM 20 % of the time, no request waiting$/,
    ],
    [
      "no GPU metrics",
      {},
      0.2,
      "undetermined",
      /^not determined: tensor core activity and DRAM activity were not recorded; known at concurrency 32: .* 0 preemptions, KV cache use up to 40 %, 0\.0 requests waiting, queue 1 % of TTFT and prefill 30 % of TTFT$/,
    ],
    [
      "all recorded, no rule",
      { gpu: gpu(0.4, 0.4) },
      0.2,
      "undetermined",
      /^not determined: none of the rules applies; known/,
    ],
    [
      "a client only",
      null,
      0.2,
      "undetermined",
      /^not determined: the server's metrics were not recorded; known at .* used 0\.20 of one core$/,
    ],
    [
      "a later rule, with what earlier ones lacked",
      { ...noEngine, waiting: gauge(3), waitingRise: v(2) },
      null,
      "queue",
      /rising.* of TTFT|rising \(not recorded: .*preemptions/,
    ],
  ];
  for (const [name, server, client, kind, sentence] of cases) {
    it(`names ${name}: ${kind}`, () => {
      const found = bottleneck(server, client);
      assert.equal(found?.kind, kind, found?.sentence);
      assert.match(found?.sentence ?? "", sentence);
      assert.equal(found?.load, 32);
    });
  }

  it("says nothing where nothing was recorded", () => {
    assert.equal(bottleneck(null, null), null);
    assert.equal(bottleneckOf([]), null);
  });

  it("calls a spread no routing where there is hardly a queue", () => {
    assert.notEqual(
      bottleneck({ waiting: gauge(3), waitingSpread: v(2), kvCacheUse: gauge(0.01), kvCacheSpread: v(2) })?.kind,
      "routing",
    );
  });

  it("blames the client for an open loop that was not answered only while no request waits in the server", () => {
    const open = { loadType: "poisson" as const };
    const lost = (server: Partial<StageServer>) => {
      const made = stage({ load: 4, ...open });
      const pooled = {
        ...made.pooled,
        requestsPerSecond: v(3.6),
        windowSeconds: 600,
        client: { ...made.pooled.client, cpu: 0.1 },
      };
      return bottleneckOf([{ ...made, pooled, server: { ...calm, ...server } }]);
    };
    assert.match(lost({})?.sentence ?? "", /90 % of the offered load was answered while no request waited/);
    assert.notEqual(lost({ waiting: gauge(2) })?.kind, "client");
  });

  it("does not blame it for requests under way at the window's end, nor for the chance of Poisson arrivals", () => {
    // 4 a second for 25 s: 100 due. E2E of 2 s leaves 8 under way, and 90 of 100 arrive one time in six.
    const answered = (loadType: "poisson" | "constant", requestsPerSecond: number, e2eSeconds: number) => {
      const made = stage({ load: 4, loadType });
      const e2eMs = { ...made.pooled.e2eMs, mean: v(1000 * e2eSeconds) };
      const pooled = { ...made.pooled, e2eMs, requestsPerSecond: v(requestsPerSecond), windowSeconds: 25 };
      return bottleneckOf([{ ...made, pooled, server: calm }])?.kind;
    };
    assert.notEqual(answered("constant", 3.72, 2), "client");
    assert.equal(answered("constant", 3.72, 0.5), "client");
    assert.notEqual(answered("poisson", 3.6, 0.1), "client");
    assert.equal(answered("poisson", 2, 0.1), "client");
  });
});
