import assert from "node:assert/strict";
import { parseScenario } from "../../scenario/parse.ts";
import { simulatorConfig } from "../../scenario/roofline.ts";
import type { SimulatedTarget } from "../../scenario/scenario.ts";
import { Engine } from "../../simulator/engine.ts";
import { submit, type Watched } from "../simulator/engineRun.ts";

const PROMPT = 128;
const OUTPUT = 64;

function engineOf(slowdown: number): Engine {
  const values = {
    ...{ platform: "local", gpu: "h100-80", model: "llama-8b", workload: "local" },
    targets: [{ name: "engine", simulator: { slowdown } }],
  };
  const raw = { values, hasHfToken: false, hasClusterToken: false, apiKeyNames: [] };
  const [target] = parseScenario(raw, { stack: "x", file: "Pulumi.x.yaml" }).targets;
  return new Engine(simulatorConfig(target as SimulatedTarget, { seed: 1 }));
}

/** Output tokens per second of simulated time: `clients` that each send their next request when one ends, `rounds` times. */
function throughput(clients: number, { slowdown = 1, rounds = 20 } = {}): number {
  const engine = engineOf(slowdown);
  const send = (atMs: number): Watched => submit(engine, atMs, PROMPT, OUTPUT);
  const open = Array.from({ length: clients }, () => ({ asked: send(0), left: rounds - 1 }));
  let lastMs = 0;
  for (let next = engine.nextEventMs(); next !== null; next = engine.nextEventMs()) {
    engine.advanceTo(next);
    for (const client of open) {
      if (client.asked.sequence.state !== "finished" || client.left === 0) continue;
      client.asked = send(next);
      client.left--;
    }
    lastMs = next;
  }
  for (const { asked, left } of open) assert.deepEqual([asked.sequence.state, left], ["finished", 0]);
  return (1000 * clients * rounds * OUTPUT) / lastMs;
}

/** Virtual time: what a busy machine adds to a test against the clock cannot hide an engine that does not batch. */
describe("throughput of the simulated engine in simulated time", () => {
  it("grows nearly with the number of requests in flight, as they share each step's weight read", () => {
    const [one, four, sixteen] = [throughput(1), throughput(4), throughput(16)];
    assert.ok(four > 3.5 * one && four < 4 * one, `4 in flight: ${four / one} times the tokens of 1`);
    assert.ok(sixteen > 12 * one && sixteen < 16 * one, `16 in flight: ${sixteen / one} times the tokens of 1`);
  });

  it("is 1/1.15 of an engine's that is 15 % slower, at any load", () => {
    for (const clients of [1, 8]) {
      const ratio = throughput(clients) / throughput(clients, { slowdown: 1.15 });
      assert.ok(Math.abs(ratio - 1.15) < 0.01, `${clients} in flight: ratio ${ratio}`);
    }
  });
});
