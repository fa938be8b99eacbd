import assert from "node:assert/strict";
import { loadComparison } from "../../../analysis/figures/loadComparison.ts";
import { overview } from "../../../analysis/figures/overview.ts";
import type { Page } from "../../../analysis/figures/page.ts";
import { ink, seriesStyle } from "../../../analysis/figures/palette.ts";
import { renderSvg } from "../../../analysis/figures/render.ts";
import { smallMultiples } from "../../../analysis/figures/smallMultiples.ts";
import { analysis, system } from "./fixture.ts";
import { readSvg } from "./svgTexts.ts";

const systems = (count: number) =>
  analysis(Array.from({ length: count }, (_, i) => system({ name: `engine-${i}`, speed: 1 + 0.1 * i })));

const panel = (count: number): Page["panels"][number] => ({
  title: "Throughput",
  better: "higher",
  unit: "tokens/s",
  definition: "",
  curves: Array.from({ length: count }, (_, i) => ({
    name: `engine-${i}`,
    system: i,
    label: `engine-${i}`,
    style: seriesStyle(i),
    weight: "strong" as const,
    points: [{ load: 1, value: 10 ** i, low: null, high: null, failed: false, repetitions: [] }],
  })),
  mayBeLog: true,
  emptyReason: "",
});

const page = (count: number): Page => ({
  title: "",
  subtitle: "",
  stamp: null,
  legend: Array.from({ length: count }, (_, i) => ({ text: `engine-${i}`, style: seriesStyle(i) })),
  captions: [],
  panels: [panel(count)],
  columns: 1,
  size: { width: 290, height: 250 },
  axis: { kind: "rate", title: "", name: (load) => load, begin: "", log: false, domain: [0, 2], loads: [1] },
  counts: null,
});

describe("small multiples", () => {
  it("leave a page of six systems as it is", () => {
    const six = page(6);
    assert.equal(smallMultiples(six), six);
  });

  it("have a row per system, on one axis, with the first system in grey behind each of the others", () => {
    const { panels } = smallMultiples(page(8));
    assert.equal(panels.length, 8);
    assert.equal(new Set(panels.map(({ y }) => JSON.stringify(y))).size, 1);
    assert.deepEqual(
      panels.map(({ curves }) => curves.map((curve) => curve.style.color)),
      panels.map((_, i) => (i === 0 ? [seriesStyle(0).color] : [ink.axis, seriesStyle(i).color])),
    );
    assert.deepEqual(
      panels.map(({ row }) => row?.name),
      panels.map((_, i) => `engine-${i}`),
    );
  });

  for (const draw of [overview, loadComparison]) {
    it(`say the load once per column and each system once: ${draw.name}`, async () => {
      const { texts } = readSvg(await renderSvg(draw(systems(9))!));
      const columns = draw === overview ? 3 : 2;
      assert.equal(texts.filter(({ text }) => text === "concurrency (requests in flight)").length, columns);
      for (let i = 0; i < 9; i++) assert.equal(texts.filter(({ text }) => text === `engine-${i}`).length, 1);
    });
  }
});
