import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Analysis } from "../../../analysis/analysis.ts";
import { drawFigures } from "../../../analysis/figures/drawFigures.ts";
import { reportHtml, writeReport } from "../../../analysis/report/report.ts";
import { analysis, system } from "../figures/fixture.ts";
import { judgedSystem } from "../figures/judged.ts";
import { brokenAnalysis, hostileAnalysis } from "../figures/oddities.ts";
import { readHtml } from "./readHtml.ts";

const report = async (made: Analysis): Promise<string> => reportHtml(made, await drawFigures(made));

describe("report.html", () => {
  let single = "";
  let two = "";
  let broken = "";
  let hostile = "";
  before(async function () {
    this.timeout(60_000);
    single = await report(analysis());
    two = await report(
      analysis([
        system({ name: "engine-a", repetitions: 5 }),
        system({ name: "engine-b", speed: 1.15, repetitions: 5 }),
      ]),
    );
    broken = await report(brokenAnalysis());
    hostile = await report(hostileAnalysis());
  });

  it("nests, has each id once, and every link leads somewhere in the page", () => {
    for (const page of [single, two, broken, hostile]) {
      const { elements } = readHtml(page);
      const ids = elements.flatMap((each) => each.attributes.id ?? []);
      assert.equal(new Set(ids).size, ids.length);
      for (const { tag, attributes } of elements) {
        if (tag === "a") assert.ok(attributes.href?.startsWith("#") && ids.includes(attributes.href.slice(1)));
        for (const id of attributes["aria-labelledby"]?.split(" ") ?? []) assert.ok(ids.includes(id), id);
      }
    }
  });

  it("goes from identity over verdict, numbers and figures to method and commands", () => {
    const order = [
      "<h1>Two engines",
      'class="identity"',
      'class="verdict"',
      ...[
        "key-numbers",
        "overview",
        "latency",
        "throughput",
        "stages",
        "comparison",
        "errors",
        "warnings",
        "method",
        "reproduce",
      ].map((id) => `<h2 id="${id}"`),
    ];
    const page = two.replace("<h1>Laptop benchmark", "<h1>Two engines");
    const places = order.map((text) => page.indexOf(text));
    assert.ok(!places.includes(-1), String(places));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.doesNotMatch(single, /<h2 id="comparison"/);
  });

  it("needs no network: no address of anything else, and a policy that allows only what is inside", () => {
    for (const page of [single, two, hostile]) {
      const { elements } = readHtml(page);
      assert.doesNotMatch(page, /https?:|url\((?!data:font\/woff2;base64,)|@import/);
      for (const { tag, attributes } of elements) {
        assert.ok(!["img", "link", "iframe", "object", "embed", "form", "base"].includes(tag), tag);
        assert.equal(attributes.src, undefined);
        assert.ok(!Object.keys(attributes).some((name) => name.startsWith("on")), `${tag} has no handler`);
      }
      const policy = elements.find((each) => each.attributes["http-equiv"] === "Content-Security-Policy")!.attributes
        .content!;
      assert.match(policy, /^default-src 'none'; /);
      const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)];
      assert.equal(scripts.length, 1);
      assert.ok(scripts[0]![1]!.length < 10_000);
      const hash = createHash("sha256").update(scripts[0]![1]!).digest("base64");
      assert.ok(policy.includes(`script-src 'sha256-${hash}'`), "the policy lets our own script run");
    }
  });

  it("escapes names, messages, reasons and ids, wherever they stand", () => {
    const { elements, text } = readHtml(hostile);
    assert.equal(elements.filter((each) => each.tag === "script").length, 1);
    assert.ok(text.includes(`<script>alert("1")</script>&'"</svg><img src=x onerror=alert(1)>`), "shown as text");
    assert.equal(/[^\P{Cc}\n]/u.test(hostile), false, "no control character");
    assert.equal(hostile.includes("javascript:alert(1)//") && !/href="javascript/i.test(hostile), true);
  });

  it("says SIMULATED in title, banner, verdict, pictures and their alt texts, and MEASURED where it was", async () => {
    assert.match(single, /<title>SIMULATED: Laptop benchmark<\/title>/);
    assert.match(single, /role="note"><p><strong>SIMULATED\.<\/strong> No GPU ran here/);
    assert.match(single, /class="verdict"[^>]*><p>SIMULATED: /);
    assert.equal(single.match(/<desc [^>]*>SIMULATED\. /g)?.length, 3);
    const real = await report(analysis([system({ simulated: false })]));
    assert.doesNotMatch(real, /SIMULATED/);
    assert.match(real, />MEASURED</);
    const mixed = await report(analysis([system({ name: "a", simulated: false }), system({ name: "b" })]));
    assert.match(mixed, /<title>PARTLY SIMULATED: /);
    assert.match(mixed, /No GPU ran here: b is a model/);
  });

  it("shows why a number is missing instead of a number", () => {
    assert.match(single, /<abbr class="missing" title="n = 21, p95 needs 130">n&lt;130<\/abbr>/);
    assert.match(single, /n&lt;N: fewer samples than this percentile needs/);
    assert.match(broken, /<abbr class="missing" title="no successful request">-<\/abbr>/);
  });

  it("tells of failed and partial runs, errors by class and their messages", () => {
    assert.match(broken, /class="badge bad">✗ FAILED \(1 of 4 runs\)/);
    assert.match(broken, /No stage of never-started ran/);
    assert.match(broken, /HTTP 503: engine is overloaded/);
    assert.match(broken, />5xx</);
    assert.doesNotMatch(broken, />Malformed</, "classes that never came up are left out");
    assert.match(broken, /Adj\. E2E p95 \(s\)/);
    assert.match(single, /✓ No request failed/);
    assert.doesNotMatch(single, /Adj\. E2E/);
    assert.match(single, /class="badge good">✓ COMPLETE/);
  });

  it("gives every table its head, a row head per row, and the same number of cells", () => {
    for (const page of [single, two, broken]) {
      const tables = [...page.matchAll(/<table[\s\S]*?<\/table>/g)].map(([table]) => table);
      assert.ok(tables.length >= 5);
      for (const table of tables) {
        const heads = table.match(/<th scope="col"/g)!.length;
        assert.match(table, /<caption>[^<]+<\/caption>/);
        for (const [row] of table.slice(table.indexOf("<tbody>")).matchAll(/<tr>[\s\S]*?<\/tr>/g)) {
          assert.equal(row.match(/<t[hd][ >]/g)!.length, heads);
          assert.match(row, /^<tr><th scope="row"/);
        }
      }
    }
  });

  it("stays small, also with 40 stages of 3 systems", async () => {
    assert.ok(single.length < 300_000, `${single.length} bytes`);
    const loads = Array.from({ length: 40 }, (_, i) => i + 1);
    const page = await report(analysis(["a", "b", "c"].map((name) => system({ name, loads, repetitions: 3 }))));
    assert.ok(page.length < 2_000_000, `${page.length} bytes`);
  });

  it("stays below 2 MB with everything filled in: 20 stages of 2 systems", async function () {
    this.timeout(60_000);
    const loads = Array.from({ length: 20 }, (_, i) => i + 1);
    const systems = ["a", "b"].map((name, i) => judgedSystem({ name, loads, repetitions: 5, speed: 1 + 0.15 * i }));
    const page = await report(analysis(systems));
    assert.ok(Buffer.byteLength(page) < 2_000_000, `${Buffer.byteLength(page)} bytes`);
    assert.doesNotMatch(page, /Not drawn/);
  });

  it("writes the file and its folder, the same bytes each time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    try {
      const file = join(folder, "a", "report.html");
      await writeReport(analysis(), await drawFigures(analysis()), file);
      assert.equal(readFileSync(file, "utf8"), single);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
