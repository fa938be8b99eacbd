import assert from "node:assert/strict";
import { absentFigures } from "../../../analysis/figures/absentFigures.ts";
import { figures } from "../../../analysis/figures/figures.ts";
import { renderSvg } from "../../../analysis/figures/render.ts";
import { analysis, system } from "./fixture.ts";
import { judgedSystem } from "./judged.ts";
import { readSvg } from "./svgTexts.ts";

const textsOf = async (made: Parameters<typeof figures>[0], name: string): Promise<string[]> => {
  const figure = figures(made).find((each) => each.name === name)!;
  return readSvg(await renderSvg(figure)).texts.map(({ text }) => text);
};
const names = (made: Parameters<typeof figures>[0]): string[] => figures(made).map(({ name }) => name);

describe("figures of what was judged", () => {
  const open = { loadType: "poisson", loads: [0.5, 1, 2, 4] } as const;

  it("are all there when everything is known, and those left out are named with the reason", () => {
    const one = analysis([judgedSystem()]);
    assert.deepEqual(absentFigures(one, figures(one)), []);
    for (const name of ["goodput", "tail", "pareto", "cost", "timeline"]) assert.ok(names(one).includes(name), name);
    const plain = analysis([system()]);
    assert.deepEqual(names(plain), ["overview", "latency_analysis", "throughput_analysis"]);
    assert.match(absentFigures(plain, figures(plain)).join("; "), /goodput \(no objectives were set\).*cost \(/);
  });

  it("call the load what it was: no rate over closed-loop data, whatever the file is called", async () => {
    const closed = await textsOf(analysis([system({ name: "a" }), system({ name: "b" })]), "qps_comparison");
    assert.ok(closed.includes("concurrency (requests in flight)"));
    assert.ok(!closed.some((text) => /qps|offered rate/i.test(text)));
    const rates = await textsOf(
      analysis([system({ name: "a", ...open }), system({ name: "b", ...open })]),
      "qps_comparison",
    );
    assert.ok(rates.includes("offered rate (requests/s)"));
  });

  it("show what was offered beside the goodput of an open loop only", async () => {
    assert.ok((await textsOf(analysis([judgedSystem(open)]), "goodput")).includes("offered"));
    assert.ok(!(await textsOf(analysis([judgedSystem()]), "goodput")).includes("offered"));
  });

  it("put a loss below zero, on the other side than a gain", async () => {
    const slower = analysis([system({ name: "a", repetitions: 3 }), system({ name: "b", speed: 0.8, repetitions: 3 })]);
    const figure = figures(slower).find(({ name }) => name === "throughput_comparison")!;
    const change = figure.table.columns.indexOf("change_percent");
    assert.ok(figure.table.rows.every((row) => (row[change] as number) < -15));
    assert.ok((await textsOf(slower, "throughput_comparison")).includes("−20"));
  });

  it("draw the price of whole replicas with its jumps, two points at one rate", async () => {
    const one = judgedSystem();
    const usdPerMillionOutputTokens = 2;
    const curve = [20, 50, 50, 100].map((requestsPerSecond, i) => {
      return { requestsPerSecond, replicas: i < 2 ? 1 : 2, usdPerMillionOutputTokens };
    });
    const made = analysis([{ ...one, cost: { ...one.cost, replicaCurve: curve } }]);
    const svg = await renderSvg(figures(made).find(({ name }) => name === "cost")!);
    const lines = [...svg.matchAll(/<path d="(M[^"]*)"[^>]* stroke-width="2" stroke-linejoin/g)].map(([, d]) => d!);
    assert.deepEqual(
      lines.map((d) => d.split("L").length),
      [4],
    );
  });

  it("write no sign before zero", async () => {
    const two = analysis([system({ name: "a", repetitions: 3 }), system({ name: "b", speed: 0.8, repetitions: 3 })]);
    const texts = await textsOf(two, "throughput_comparison");
    assert.ok(texts.includes("0") && !texts.includes("+0"), texts.join(" "));
  });

  it("draw the objective as a line with words in the overview, and say which loads miss it", async () => {
    const texts = (await textsOf(analysis([judgedSystem()]), "overview")).join("\n");
    assert.match(texts, /objective p95 ≤ 120 ms/);
    assert.match(texts, /Hollow markers: objectives not met at concurrency 32\./);
  });
});
