import assert from "node:assert/strict";
import type { Analysis } from "../../../analysis/analysis.ts";
import { figures } from "../../../analysis/figures/figures.ts";
import { renderSvg } from "../../../analysis/figures/render.ts";
import { analysis, system } from "./fixture.ts";
import { judgedSystem } from "./judged.ts";
import { brokenAnalysis, gapAnalysis, hostileAnalysis, mixedAnalysis, wideAnalysis } from "./oddities.ts";
import { misplaced, readSvg } from "./svgTexts.ts";

const long = "an-inference-engine-with-a-name-that-somebody-thought-was-a-good-idea";
const eight = ["a", "b", "c", "d", "e", "f", long, `${long}-2`];
const forty = Array.from({ length: 40 }, (_, i) => i + 1);

const cases: Readonly<Record<string, () => Analysis>> = {
  "one system": () => analysis(),
  "one stage": () => analysis([system({ loads: [8] })]),
  "forty stages": () => analysis([system({ loads: forty, repetitions: 3 })]),
  "two systems": () =>
    analysis([system({ name: "a", repetitions: 5 }), system({ name: "b", speed: 1.15, repetitions: 5 })]),
  "two equal systems": () => analysis([system({ name: "a", repetitions: 3 }), system({ name: "b", repetitions: 3 })]),
  "eight systems": () =>
    analysis(eight.map((name, i) => system({ name, speed: 1 + 0.01 * i, simulated: i > 0, model: `${long}/${i}` }))),
  rates: () => analysis([system({ loadType: "poisson", loads: [0.25, 0.5, 1, 1.5, 12.75], simulated: false })]),
  "no system at all": () => analysis([]),
  "no stage": () => analysis([system({ loads: [] })]),
  "failing and partial runs": brokenAnalysis,
  "a gap": gapAnalysis,
  "two kinds of load": mixedAnalysis,
  "three decades": wideAnalysis,
  "hostile texts": hostileAnalysis,
  "one judged system": () => analysis([judgedSystem({ repetitions: 3 })]),
  "two judged systems": () =>
    analysis([judgedSystem({ name: "a", repetitions: 3 }), judgedSystem({ name: "b", speed: 1.15, repetitions: 3 })]),
  "judged rates": () => analysis([judgedSystem({ loadType: "poisson", loads: [0.5, 1, 2, 4, 6], simulated: false })]),
  "one sample": () => analysis([judgedSystem({ loads: [8], requests: 1 })]),
  "forty judged stages": () => analysis([judgedSystem({ loads: forty })]),
  "eight judged systems": () => analysis(eight.map((name, i) => judgedSystem({ name, speed: 1 + 0.08 * i }))),
};

describe("layout of figures", () => {
  for (const [name, make] of Object.entries(cases)) {
    it(`has no text on another or off the page: ${name}`, async () => {
      const made = make();
      for (const figure of figures(made)) {
        const drawing = readSvg(await renderSvg(figure));
        assert.deepEqual(misplaced(drawing), [], figure.name);
        assert.ok(drawing.texts.length > 10, `${figure.name} has its texts`);
        const stamped = drawing.texts.filter((each) => each.text.includes("SIMULATED"));
        assert.equal(stamped.length > 0, made.simulated, `${figure.name}: stamp if and only if simulated`);
      }
    });
  }

  it("finds texts that collide or leave the page", () => {
    const text = (x: number, y: number) =>
      `<text text-anchor="start" transform="translate(${x},${y})" font-size="12px" fill="#000">words</text>`;
    const svg = (content: string) => `<svg width="100" height="50">${content}</svg>`;
    assert.deepEqual(misplaced(readSvg(svg(text(5, 20) + text(5, 35)))), []);
    assert.deepEqual(misplaced(readSvg(svg(text(5, 20) + text(20, 25)))), ['"words" lies on "words"']);
    assert.deepEqual(misplaced(readSvg(svg(text(80, 20)))), ['"words" leaves the page']);
  });
});
