import { promptSource } from "../prompts/promptSource.ts";
import { bodyComposer } from "../requestBody.ts";
import { bareLoop } from "./bareLoop.ts";
import { benchmarkPlan, concurrencyStage } from "./benchmarkPlan.ts";
import { ChildServer } from "./childServer.ts";
import { median } from "./percentile.ts";
import { runInTemporaryFolder } from "./runFolder.ts";
import type { Row } from "./table.ts";

const CONNECTIONS = 64;
const TOKENS = 128;
const EVENTS = TOKENS + 3; // role, usage, [DONE]
const LEAST_BARE = 9000;
const LEAST_RATIO = 0.7;

interface Round {
  readonly perSecond: number;
  readonly cpuUsPerRequest: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
}

/**
 * Our generator, full records on disk, against the bare loop: same server, same connections, same run, turn about.
 * Machines drift and are shared, so the figure is the median of the ratios of neighbouring rounds.
 */
export async function speed(framing: "body" | "event", rounds: number, requests: number): Promise<Row[]> {
  const server = await ChildServer.start("instantServer.ts", [String(TOKENS), framing]);
  try {
    await bare(server, Math.ceil(requests / 4));
    await ours(server, Math.ceil(requests / 4));
    const pairs: { bare: Round; ours: Round }[] = [];
    for (let i = 0; i < rounds; i++) {
      // Turn about in who goes first, so that a drift favours neither.
      const first = i % 2 === 0 ? await bare(server, requests) : await ours(server, requests);
      const second = i % 2 === 0 ? await ours(server, requests) : await bare(server, requests);
      pairs.push(i % 2 === 0 ? { bare: first, ours: second } : { bare: second, ours: first });
    }
    return rows(framing, pairs);
  } finally {
    server.stop();
  }
}

function rows(framing: "body" | "event", pairs: readonly { bare: Round; ours: Round }[]): Row[] {
  const of = (side: "bare" | "ours", key: keyof Round): number => median(pairs.map((pair) => pair[side][key]));
  const ratios = pairs.map((pair) => pair.ours.perSecond / pair.bare.perSecond);
  const cpu = (side: "bare" | "ours"): string =>
    `CPU: client ${of(side, "clientCpu").toFixed(2)} (${of(side, "cpuUsPerRequest").toFixed(0)} us/request), server ${of(side, "serverCpu").toFixed(2)}`;
  const where = framing === "body" ? "one HTTP chunk" : "an HTTP chunk per event";
  const best = Math.max(...pairs.map((pair) => pair.bare.perSecond));
  return [
    {
      name: `bare loop, ${where}`,
      // Where every event is a chunk of its own, undici's parser is the limit, not the server.
      target: framing === "body" ? `>= ${LEAST_BARE} req/s, else the server is too slow` : "-",
      measured: `${Math.round(of("bare", "perSecond"))} req/s, best ${Math.round(best)}; ${cpu("bare")}`,
      pass: framing === "body" ? best >= LEAST_BARE : null,
    },
    {
      name: `ours over bare, ${where}`,
      target: `>= ${100 * LEAST_RATIO} %`,
      measured: `${(100 * median(ratios)).toFixed(1)} % (${ratios.map((r) => (100 * r).toFixed(0)).join(", ")}), ${Math.round(of("ours", "perSecond"))} req/s; ${cpu("ours")}`,
      pass: median(ratios) >= LEAST_RATIO,
    },
  ];
}

async function bare(server: ChildServer, requests: number): Promise<Round> {
  const plan = benchmarkPlan(server.origin, TOKENS, [concurrencyStage(CONNECTIONS, requests)]);
  const body = bodyComposer(plan)(promptSource(plan).forStage(0)(0));
  return measured(server, requests, async () => {
    const { events } = await bareLoop(server.origin, CONNECTIONS, body, requests);
    if (events !== requests * EVENTS) throw new Error(`the bare loop saw ${events} events`);
  });
}

async function ours(server: ChildServer, requests: number): Promise<Round> {
  const plan = benchmarkPlan(server.origin, TOKENS, [concurrencyStage(CONNECTIONS, requests)]);
  return measured(server, requests, () =>
    runInTemporaryFolder(plan, async ({ summary }) => {
      const { ok } = summary.stages[0]!.outcomes;
      if (ok !== requests) throw new Error(`${requests - ok} of ${requests} requests failed`);
    }),
  );
}

async function measured(server: ChildServer, requests: number, run: () => Promise<void>): Promise<Round> {
  const serverBefore = await server.ask<{ cpuMs: number }>("cpu");
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  await run();
  const ms = performance.now() - begin;
  const cpu = process.cpuUsage(cpuBefore);
  const serverAfter = await server.ask<{ cpuMs: number }>("cpu");
  return {
    perSecond: requests / (ms / 1000),
    cpuUsPerRequest: (cpu.user + cpu.system) / requests,
    clientCpu: (cpu.user + cpu.system) / 1000 / ms,
    serverCpu: (serverAfter.cpuMs - serverBefore.cpuMs) / ms,
  };
}
