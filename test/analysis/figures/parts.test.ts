import assert from "node:assert/strict";
import fc from "fast-check";
import { figures } from "../../../analysis/figures/figures.ts";
import { fontFiles, readFace, textWidth } from "../../../analysis/figures/fontMetrics.ts";
import { loadAxis, loadPosition, loadTicks } from "../../../analysis/figures/loadAxis.ts";
import { numberText } from "../../../analysis/figures/numberText.ts";
import { ratioAxis, ratioText } from "../../../analysis/figures/ratioAxis.ts";
import { renderSvg } from "../../../analysis/figures/render.ts";
import { shorten, spread, wrap } from "../../../analysis/figures/typesetting.ts";
import { valueAxis, valuePosition } from "../../../analysis/figures/valueAxis.ts";
import { analysis, comparison, system } from "./fixture.ts";
import { brokenAnalysis, gapAnalysis, mixedAnalysis } from "./oddities.ts";
import { readSvg } from "./svgTexts.ts";

const textsOf = async (made: Parameters<typeof figures>[0], name: string): Promise<string> => {
  const figure = figures(made).find((each) => each.name === name)!;
  return readSvg(await renderSvg(figure))
    .texts.map((text) => text.text)
    .join("\n");
};

describe("font metrics", () => {
  it("are the advances of the font file: A 1413, i 496, 0 1292, ▲ 2070 of 2048 units", () => {
    assert.equal(textWidth("A", 2048), 1413);
    assert.equal(textWidth("Ai0▲", 2048), 1413 + 496 + 1292 + 2070);
    assert.ok(textWidth("Ai0", 10, "bold") > textWidth("Ai0", 10));
  });

  it("say of a file that is no TTF what is wrong", () => {
    assert.throws(() => readFace(Buffer.alloc(64)), /no table "head"/);
    assert.match(fontFiles.normal, /Inter-Regular\.ttf$/);
  });

  it("fit wrapped lines and shortened texts into their width", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 40, max: 300 }), (text, width) => {
        for (const line of wrap(text, width, 12)) assert.ok(textWidth(line, 12) <= width, line);
        assert.ok(textWidth(shorten(text, width, 12), 12) <= width);
        assert.equal(wrap(text, 1e6, 12).join(" "), text.trim().split(/\s+/).join(" "));
      }),
    );
  });

  it("keep labels apart, in order, and on the panel where they fit", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 260 }), { maxLength: 14 }), (wanted) => {
        const placed = spread(wanted, 15, 240);
        const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
        order.slice(1).forEach((index, i) => {
          assert.ok(placed[index]! - placed[order[i]!]! >= 15 - 1e-9);
        });
        for (const y of placed) assert.ok(y >= -1e-9 && y <= 240 + 1e-9);
      }),
    );
    assert.deepEqual(spread([10, 100, 200], 15, 240), [10, 100, 200], "no label moves without need");
  });
});

describe("axes", () => {
  it("hold every value between the ends, from zero when linear, in log beyond 30x", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-3, max: 1e7, noNaN: true }), { minLength: 1 }),
        fc.boolean(),
        (values, mayBeLog) => {
          const axis = valueAxis(values, mayBeLog);
          for (const value of values) {
            const y = valuePosition(axis, value, 100);
            assert.ok(y >= -1e-6 && y <= 100 + 1e-6, `${value} in ${axis.domain}`);
          }
          assert.equal(axis.log, mayBeLog && Math.max(...values) / Math.min(...values) > 30);
          if (!axis.log) assert.equal(axis.domain[0], 0);
          assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 12, axis.ticks.join());
        },
      ),
    );
  });

  it("name what the load is, and never call a closed loop a rate", () => {
    const closed = loadAxis(analysis());
    assert.deepEqual([closed.title, closed.log], ["concurrency (requests in flight)", true]);
    const open = loadAxis(analysis([system({ loadType: "constant", loads: [1, 2, 5] })]));
    assert.deepEqual([open.title, open.log, open.domain[0]], ["offered rate (requests/s)", false, 0]);
    assert.equal(loadAxis(analysis([system({ loadType: "poisson", loads: [0.1, 100] })])).log, true);
  });

  it("put a tick at each load where they fit, else at powers of two", () => {
    const few = loadAxis(analysis());
    assert.deepEqual(loadTicks(few, 290), [1, 2, 4, 8, 16, 32]);
    assert.ok(loadPosition(few, 1, 290) > 0 && loadPosition(few, 32, 290) < 290);
    const many = loadAxis(analysis([system({ loads: Array.from({ length: 40 }, (_, i) => i + 1) })]));
    assert.deepEqual(loadTicks(many, 290), [1, 2, 4, 8, 16, 32]);
  });

  it("make gains and losses look alike: ratios on a log scale around 1", () => {
    const rows = comparison([system({ repetitions: 2 }), system({ name: "b", speed: 1.5, repetitions: 2 })]).rows;
    const { domain, ticks } = ratioAxis(rows);
    assert.ok(Math.abs(domain[0] * domain[1] - 1) < 1e-12);
    assert.ok(domain[1] > 1.5 && ticks.includes(1));
    assert.deepEqual([ratioText(1.153), ratioText(0.0167), ratioText(61.7)], ["1.15×", "0.017×", "62×"]);
  });

  it("write numbers with three digits that mean something", () => {
    const cases = {
      0: "0",
      0.01234: "0.0123",
      1.239: "1.24",
      9.999: "10.0",
      12.34: "12.3",
      99.96: "100",
      1234.5: "1,235",
      "-3.21": "−3.21",
    };
    for (const [value, text] of Object.entries(cases)) assert.equal(numberText(Number(value)), text);
    assert.equal(numberText(Number.POSITIVE_INFINITY), "∞");
  });
});

describe("what a figure leaves out", () => {
  it("is in its caption with the reason: percentiles below their floor", async () => {
    const overview = await textsOf(analysis(), "overview");
    assert.match(overview, /p95 of E2E, TTFT not shown at concurrency 1, 2, 4: n = 21 to 78 < 130\./);
    const latency = await textsOf(analysis(), "latency_analysis");
    assert.match(latency, /p99 not shown at concurrency 1, 2, 4, 8, 16, 32: n = 21 to 437 < 662/);
    assert.match(latency, /p5, p95 not shown at concurrency 1, 2, 4: n = 21 to 78 < 130/);
    assert.doesNotMatch(latency, /Dashes above/, "no key for marks that are not there");
  });

  it("has no point: p95 begins where 130 requests are", () => {
    const spec = JSON.stringify(figures(analysis())[0]!.spec);
    const p95 = JSON.parse(/\{"data":\{"values":(\[\{"load":1,"value":null\}.*?\])\}/.exec(spec)![1]!);
    assert.deepEqual(
      p95.map((row: { value: number | null }) => row.value === null),
      [true, true, true, false, false, false],
    );
  });

  it("is a gap and never 0: a stage without a success", async () => {
    const made = gapAnalysis();
    assert.match(await textsOf(made, "overview"), /Throughput not shown at concurrency 4: no successful request/);
    const overview = figures(made)[0]!;
    const row = overview.table.rows[2]!;
    assert.deepEqual(row.slice(-6), [null, null, null, null, null, null]);
    const line = /<path d="(M[^"]*)"[^>]*stroke="#0072B2" stroke-width="2.5"/.exec(await renderSvg(overview))![1]!;
    assert.equal(line.match(/M/g)!.length, 2, "the line is broken in two");
  });

  it("is named: failures, partial and failed runs, other kinds of load", async () => {
    const broken = await textsOf(brokenAnalysis(), "overview");
    assert.match(broken, /cut-short: PARTIAL repetition 1: stopped by SIGINT\./);
    assert.match(broken, /never-started: FAILED repetition 1: the server ended with code 137/);
    assert.match(
      broken,
      /Hollow markers of failing: more than 1 % of the requests failed \(9\.0 % at 8, 35 % at 16, 100 % at 32\)/,
    );
    assert.match(await textsOf(mixedAnalysis(), "overview"), /2 stages of vllm with another kind of load/);
  });

  it("is nothing where there are enough requests", async () => {
    const made = analysis([system({ requests: 5000 })]);
    assert.doesNotMatch(await textsOf(made, "latency_analysis"), /not shown/);
    assert.match(await textsOf(made, "latency_analysis"), /Dashes above: p99/);
  });
});

describe("a comparison", () => {
  it("gives ratio, interval and verdict in words, and needs two systems", async () => {
    const two = analysis([system({ name: "a", repetitions: 5 }), system({ name: "b", speed: 1.15, repetitions: 5 })]);
    const drawn = await textsOf(two, "comparison");
    assert.match(drawn, /1\.15×\n(.*\n)*1\.11 to 1\.20×\n(.*\n)*✓ better/);
    assert.match(drawn, /0\.87×/);
    assert.equal(
      figures(analysis()).some((each) => each.name === "comparison"),
      false,
    );
  });

  it("shows a ratio without an interval as inconclusive, and says why", async () => {
    const once = await textsOf(analysis([system({ name: "a" }), system({ name: "b", speed: 2 })]), "comparison");
    assert.match(once, /no interval/);
    assert.match(once, /\? inconclusive/);
    assert.match(once, /they need at least two repetitions/);
  });

  it("keeps colour and marker of a system in every figure, in the order declared", async () => {
    const made = analysis([system({ name: "z" }), system({ name: "a" })]);
    for (const figure of figures(made)) {
      const svg = await renderSvg(figure);
      assert.ok(svg.indexOf(">z</text>") < svg.indexOf(">a</text>"), figure.name);
      assert.match(svg, /fill="#D55E00"/, figure.name);
    }
  });
});
