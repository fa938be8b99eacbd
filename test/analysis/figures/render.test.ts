import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { drawFigures } from "../../../analysis/figures/drawFigures.ts";
import { csv } from "../../../analysis/figures/figure.ts";
import { figures } from "../../../analysis/figures/figures.ts";
import { renderPng, renderSvg } from "../../../analysis/figures/render.ts";
import { writeFigures } from "../../../analysis/figures/writeFigures.ts";
import { analysis, system } from "./fixture.ts";
import { hostile, hostileAnalysis } from "./oddities.ts";
import { readSvg } from "./svgTexts.ts";

const overviewOf = (made = analysis()) => figures(made)[0]!;

/** UPDATE_GOLDEN=1 writes the file anew; read the difference before you commit it. */
function assertGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, "../../golden/figures", name);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
  assert.ok(existsSync(file), `${file} is missing: UPDATE_GOLDEN=1 writes it`);
  assert.equal(text, readFileSync(file, "utf8"));
}

describe("renderSvg", () => {
  it("gives the same bytes twice, and for two equal analyses", async () => {
    for (const figure of figures(
      analysis([system({ name: "a", repetitions: 2 }), system({ name: "b", repetitions: 2 })]),
    )) {
      assert.equal(await renderSvg(figure), await renderSvg(figure));
    }
    assert.equal(await renderSvg(overviewOf()), await renderSvg(overviewOf(analysis())));
  });

  it("draws what the golden file says (texts with their places, then lines and markers)", async () => {
    const svg = await renderSvg(overviewOf());
    const texts = readSvg(svg).texts.map((t) => `${t.left.toFixed(0)} ${t.y.toFixed(0)} ${t.text}`);
    const marks = [...svg.matchAll(/class="mark-(line|symbol|area) role-mark[^>]*>(.*?)<\/g>/g)].map(
      ([, kind, content]) => `${kind}: ${[...content!.matchAll(/transform="[^"]*"| d="M[^"A]*"/g)].join(" ")}`,
    );
    assertGolden("overview.txt", `${[...texts, ...marks].join("\n")}\n`);
  });

  it("says what it shows: role, title and description with numbers and the stamp", async () => {
    const svg = await renderSvg(overviewOf());
    assert.match(svg, /<svg [^>]*role="img" aria-labelledby="figure-overview-title figure-overview-desc"/);
    assert.match(svg, /<title id="figure-overview-title">SIMULATED: Laptop benchmark/);
    assert.match(
      svg,
      /<desc id="figure-overview-desc">SIMULATED\. Three panels.*TTFT p50 from 36\.1 ms at concurrency 1 to 173 ms/,
    );
    assert.match(svg, /<rect width="\d+" height="\d+" fill="#ffffff"\/>/);
  });

  it("says nothing of a simulation where there was none", async () => {
    for (const figure of figures(analysis([system({ simulated: false })]))) {
      assert.doesNotMatch(await renderSvg(figure), /simulated/i);
    }
  });

  it("keeps hostile texts as text", async () => {
    for (const figure of figures(hostileAnalysis())) {
      const svg = await renderSvg(figure);
      assert.doesNotMatch(svg, /<script|<img/);
      assert.equal(/[^\P{Cc}\n]/u.test(svg), false, "no control character");
      assert.equal(svg.match(/<\/svg>/g)?.length, 1);
      assert.match(svg, /&lt;script&gt;/);
      if (figure.name === "overview") assert.ok((await renderPng(svg)).length > 10_000, "resvg reads it");
    }
  });

  it("rejects a spec that Vega has a warning for", async () => {
    const figure = {
      ...overviewOf(),
      spec: { data: { values: [] }, mark: "point", encoding: { nowhere: { field: "x" } } },
    };
    await assert.rejects(renderSvg(figure), /Vega: /);
  });
});

describe("renderPng", () => {
  const svg = (text: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text x="5" y="20" font-family="Inter, Arial" font-size="14">${text}</text></svg>`;

  it("draws letters with the vendored font: without one resvg leaves them out and says nothing", async () => {
    const empty = Buffer.from(await renderPng(svg("")));
    for (const label of ["p50", "µ ≤ ×", "▲ ▼", "✓ ✗", "Größe", "скорость"]) {
      const drawn = Buffer.from(await renderPng(svg(label)));
      assert.notDeepEqual(drawn, empty, `${label} changes pixels`);
      assert.notDeepEqual(
        drawn,
        Buffer.from(await renderPng(svg("\u{1f9ff}".repeat([...label].length)))),
        `${label} is no row of boxes`,
      );
    }
  });

  it("draws bold with a face of its own", async () => {
    const bold = svg("p50").replace("font-size", 'font-weight="600" font-size');
    assert.notDeepEqual(Buffer.from(await renderPng(bold)), Buffer.from(await renderPng(svg("p50"))));
  });

  it("is twice as large as the SVG, on white, and the same bytes twice", async () => {
    const drawn = await renderSvg(overviewOf());
    const { width, height } = readSvg(drawn);
    const png = Buffer.from(await renderPng(drawn));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [2 * width, 2 * height]);
    assert.deepEqual(png, Buffer.from(await renderPng(drawn)));
  });
});

describe("writeFigures", () => {
  it("writes picture, numbers and spec of each figure", async () => {
    const folder = mkdtempSync(join(tmpdir(), "figures-"));
    try {
      const files = await writeFigures(await drawFigures(analysis()), join(folder, "deep", "plots"));
      const names = ["overview", "latency_analysis", "throughput_analysis"];
      const expected = names.flatMap((name) => [".svg", ".png", ".csv", ".vl.json"].map((suffix) => name + suffix));
      assert.deepEqual(
        files.map((file) => basename(file)),
        expected,
      );
      const spec = JSON.parse(readFileSync(files[3]!, "utf8"));
      assert.match(spec.$schema, /vega-lite\/v6/);
      assert.match(spec.description, /^SIMULATED/);
      const [head, ...rows] = readFileSync(files[2]!, "utf8").trimEnd().split("\n");
      assert.match(
        head!,
        /^system,simulated,stage,load_type,load,n_ok,failure_rate,output_tokens_per_s,.*ttft_p95_ms$/,
      );
      assert.equal(rows.length, 6);
      // 21 requests are below the floor of p95: an empty cell, not 0.
      assert.match(rows[0]!, /^vllm,true,concurrency-1,concurrency,1,21,0,.*,$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("quotes what CSV must quote and leaves missing numbers empty", () => {
    const table = {
      columns: ["a,b", "c"],
      rows: [
        [`say "x"`, null],
        ["two\nlines", 0],
      ],
    };
    assert.equal(csv(table), '"a,b",c\n"say ""x""",\n"two\nlines",0\n');
    assert.ok(csv(overviewOf(hostileAnalysis()).table).includes(hostile.replaceAll('"', '""')));
  });
});
