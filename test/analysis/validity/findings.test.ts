import assert from "node:assert/strict";
import { analyse } from "../../../analysis/analyse.ts";
import type { HarnessSummary, StageSummary } from "../../../harness/recordFormat.ts";
import { closedLoopRun } from "../fakeEngine.ts";
import type { FakeRequest, FakeRun } from "../nativeFolder.ts";
import { imported, options, warningsOf } from "../systems.ts";

const good = closedLoopRun({ seed: 1, concurrencies: [2], windowMs: 1000 });

async function warnings(fake: Partial<FakeRun>): Promise<readonly string[]> {
  return warningsOf(analyse([await imported({ ...good, ...fake })], options).systems[0]!);
}

const changed = (change: (request: FakeRequest, index: number) => Partial<FakeRequest>): Partial<FakeRun> => ({
  requests: good.requests.map((request, index) => ({ ...request, ...change(request, index) })),
});

describe("findings", () => {
  it("are absent where there is nothing to warn of", async () => {
    assert.deepEqual(await warnings({}), []);
  });

  it("tell failures by class, with an example", async () => {
    const [text, ...rest] = await warnings(
      changed((_, i) =>
        i % 5 === 0
          ? { outcome: i % 10 === 0 ? "timeout" : "http5xx", message: "no token for 10.0 s after token 3" }
          : {},
      ),
    );
    assert.match(
      text!,
      /^concurrency 2: 2\d\.\d % of requests failed \(\d timeout, \d http5xx\), e\.g\. "no token for 10\.0 s after token 3"$/,
    );
    assert.deepEqual(rest, []);
  });

  it("tell a generator at its limit", async () => {
    const summary = (await imported(good)).stages[0]!.summary as StageSummary;
    const client = { ...summary.client, cpu: 0.97, eventLoopLagP99Ms: 25 };
    const stages: HarnessSummary["stages"] = [{ ...summary, client }];
    assert.deepEqual(await warnings({ summary: { stages } }), [
      "the load generator may have been the bottleneck at concurrency 2: it used up to 0.97 of one core",
      "the load generator was late at concurrency 2: its event loop lagged by up to 25.0 ms at p99, and latencies are too high by up to that",
    ]);
  });

  it("tell requests that left late in an open loop", async () => {
    const load = { type: "poisson", requestsPerSecond: 12.5 } as const;
    const summary = (await imported({ ...good, loads: [load] })).stages[0]!.summary as StageSummary;
    const stages = [{ ...summary, client: { ...summary.client, dispatchLagP99Ms: 30 } }];
    assert.deepEqual(await warnings({ loads: [load], summary: { stages } }), [
      "requests left late at 12.5 requests/s (poisson): up to 30.0 ms after their intended time at p99; latencies include it",
    ]);
  });

  it("tell answers of another length than asked, only where it was forced", async () => {
    const short = changed((request, i) => (i % 2 === 0 ? { outputTokensAsked: request.outputTokensAsked! + 1 } : {}));
    assert.match(
      (await warnings(short))[0]!,
      /^(50|5\d)\.\d % of answers did not have the output length that was asked for/,
    );
    assert.deepEqual(await warnings({ ...short, plan: { ignoreEos: false } }), []);
  });

  it("tell who counted the tokens, and events that hold several", async () => {
    assert.match(
      (await warnings(changed(() => ({ usage: false }))))[0]!,
      /^the server reported no usage for 100\.0 % of answers/,
    );
    const many = changed(({ gapsMs }) => ({ outputTokens: 2 * gapsMs!.length, outputTokensAsked: 2 * gapsMs!.length }));
    assert.match(
      (await warnings(many))[0]!,
      /^in 100\.0 % of answers events held several tokens; ITL is the gap between events/,
    );
  });

  it("tell a warm prefix cache, unless the workload shares that much itself", async () => {
    const cached = changed(() => ({ cachedTokens: 60 }));
    assert.match(
      (await warnings(cached))[0]!,
      /^up to 60 % of prompt tokens came from the server's prefix cache at concurrency 2, where the workload shares 0 %/,
    );
    const sharing = {
      type: "synthetic",
      form: "text",
      inputTokens: { type: "uniform", min: 50, max: 150 },
      outputTokens: { type: "fixed", value: 10 },
      sharedPrefix: { tokens: 150, groups: 1 },
    } as const;
    assert.deepEqual(await warnings({ ...cached, plan: { data: sharing } }), []);
  });

  it("tell prompts that are not as long as asked", async () => {
    assert.deepEqual(await warnings(changed(() => ({ promptTokens: 130 }))), [
      "prompts had 130 tokens on average where 100 were asked for",
    ]);
  });

  it("tell a window that is short beside a request", async () => {
    const slow = closedLoopRun({ seed: 1, concurrencies: [2], windowMs: 400 });
    assert.match(
      (await warnings(slow))[0]!,
      /^the stages are short at concurrency 2: a window holds as few as [23]\.\d requests one after the other$/,
    );
  });

  it("tell a partial run and why", async () => {
    assert.deepEqual(await warnings({ summary: { status: "partial", reason: "SIGTERM" } }), [
      "run engine-0badcafe-r1 is partial: SIGTERM",
    ]);
  });
});

describe("a finding about several loads", () => {
  it("is said once, with all loads and the worst value", async () => {
    const fake = closedLoopRun({ seed: 1, concurrencies: [1, 2, 4], windowMs: 1000 });
    const told = (await imported(fake)).stages.map(({ summary }, i) => ({
      ...summary,
      client: { ...summary.client!, eventLoopLagP99Ms: [12, 5, 40][i]! },
    }));
    assert.deepEqual(
      warningsOf(analyse([await imported({ ...fake, summary: { stages: told } })], options).systems[0]!),
      [
        "the load generator was late at concurrency 1, 4: its event loop lagged by up to 40.0 ms at p99, and latencies are too high by up to that",
      ],
    );
  });
});
