import assert from "node:assert/strict";
import { reportHtml } from "../../../analysis/report/report.ts";
import { shareMarks } from "../../../analysis/report/sharedMarks.ts";
import { analysis, system } from "../figures/fixture.ts";
import { judgedSystem } from "../figures/judged.ts";
import { unescapeXml } from "../figures/svgTexts.ts";

/** Cells and lines apart by a blank. */
const textOf = (part: string): string => unescapeXml(part.replaceAll(/<[^>]*>/g, " ")).replaceAll(/\s+/g, " ");
/** What is on the first screen: everything above the key numbers. */
const top = (page: string): string => page.slice(page.indexOf("<main>"), page.indexOf('<h2 id="key-numbers"'));

describe("the top of a report", () => {
  const judged = reportHtml(analysis([judgedSystem()]), []);
  const plain = reportHtml(analysis(), []);

  it("says whether the run is valid, and why not, in words and not by colour alone", () => {
    assert.match(top(judged), /class="badge unsure">◆ SUSPECT</);
    assert.match(top(judged), /<ul class="reasons"><li><strong class="unsure">◆ SUSPECT:<\/strong> At concurrency 32/);
    assert.doesNotMatch(top(judged), /scraped every 2 s/, "a note is no reason");
    assert.match(top(plain), /class="badge good">✓ VALID</);
    assert.doesNotMatch(top(plain), /class="reasons"/);
  });

  it("shows each objective at the two loads that decide: limit, measured, verdict, bound", () => {
    const text = textOf(top(judged));
    assert.match(text, /Objective Limit At concurrency 16 Verdict 95 % bound At concurrency 32 Verdict 95 % bound/);
    assert.match(text, /TTFT p95 ≤ 120 ms 97\.1 ms ✓ PASS 93\.2 ms to 102 ms 249 ms ✗ FAIL 239 ms to 261 ms/);
    assert.match(text, /Largest load within the objectives concurrency 16 passes, 32 fails/);
    assert.match(text, /Goodput there 8\.94 req\/s/);
    assert.match(text, /Per million output tokens \$0\.607 good tokens, at concurrency 16/);
    assert.match(text, /Bottleneck: The KV cache was full/);
  });

  it("says in one line how to set objectives where none were set, and why no cost was computed", () => {
    assert.match(top(plain), /No objectives were set.*Set slo /);
    assert.doesNotMatch(top(plain), /Largest load|Goodput there/);
    assert.match(top(plain), /not computed: \w/);
    assert.match(top(plain), /What held the system back is not known/);
  });

  it("names the loads that are not decided beside the largest load", () => {
    const one = judgedSystem();
    const slo = one.slo!;
    const open = slo.stages.map((stage, i) => (i === 3 ? { ...stage, verdict: "unsure" as const } : stage));
    const unsure = { ...one, slo: { ...slo, stages: open } };
    assert.match(textOf(top(reportHtml(analysis([unsure]), []))), /16 passes, 32 fails not decided: concurrency 8 /);
    assert.match(
      textOf(top(reportHtml(analysis([unsure, one]), []))),
      /16 passes, 32 fails; not decided: concurrency 8/,
    );
    assert.doesNotMatch(top(judged), /not decided/);
  });

  it("says of which commit, image and revision the numbers are, each once, and nothing where nothing was recorded", () => {
    const one = system({ repetitions: 2 });
    const versions = { commit: "0123456789ab", engineImage: "vllm/vllm-openai:v0.32.0", modelRevision: "5206a32" };
    const known = { ...one, runs: one.runs.map((run) => ({ ...run, ...versions })) };
    const text = textOf(top(reportHtml(analysis([known]), [])));
    assert.match(text, /Llama-3\.1-8B-Instruct, revision 5206a32 1 x H100 80 GB vllm\/vllm-openai:v0\.32\.0 /);
    assert.match(text, /Commit of LLM Bench 0123456789ab Stack/);
    assert.doesNotMatch(top(plain), /Commit|revision/);
  });

  it("gives several systems one row each, and their objectives one table each", () => {
    const two = reportHtml(
      analysis([judgedSystem({ name: "a" }), judgedSystem({ name: "b", usdPerGpuHour: null })]),
      [],
    );
    const text = top(two);
    assert.equal(text.match(/Objectives of [ab]<\/h3>/g)?.length, 2);
    assert.match(text, /<td class="left">not computed<\/td>/);
    assert.match(text, /Not computed: no price is known/);
    assert.match(text, /Bottleneck of b:/);
  });
});

describe("the table of stages", () => {
  it("has the columns that something is known for, and a line on the others", () => {
    const judged = reportHtml(analysis([judgedSystem()]), []);
    for (const head of [
      "Goodput req/s",
      "Hit rate",
      "KV max",
      "Queue max",
      "Preemptions",
      "GPU",
      "W",
      "$/M out",
      "J/tok",
    ])
      assert.ok(judged.includes(`>${head}</th>`), head);
    assert.match(judged, />Steady\?</);
    assert.doesNotMatch(judged, /Not in this table/);
    const plain = reportHtml(analysis([system()]), []);
    assert.doesNotMatch(plain, />Goodput req\/s</);
    assert.match(plain, /Not in this table: Goodput req\/s, Good \(no objectives were set\); Hit rate, KV max/);
  });

  it("keeps every column in all systems when one has it, so that they can be compared", () => {
    const mixed = reportHtml(analysis([judgedSystem({ name: "a" }), system({ name: "b" })]), []);
    assert.equal(mixed.match(/>KV max<\/th>/g)?.length, 2);
  });
});

describe("a comparison's section", () => {
  const two = analysis([system({ name: "a", repetitions: 5 }), system({ name: "b", speed: 1.2, repetitions: 5 })]);

  it("lists what differs besides the engine, unknown values as such", () => {
    const differences = [{ what: "engine.maxNumSeqs", values: ["256", null] }];
    const page = reportHtml({ ...two, comparison: { ...two.comparison!, differences } }, []);
    assert.match(page, /<code>engine\.maxNumSeqs<\/code>.*>256<.*>not known</);
    assert.match(reportHtml(two, []), /None is recorded/);
  });

  it("has p of both tests and the smallest change that could have been seen", () => {
    const rows = two.comparison!.rows.map((row) => ({
      ...row,
      p: { value: 0.00001 },
      mannWhitneyP: { value: 0.0079 },
      smallestDetectable: { value: 0.031 },
    }));
    const page = reportHtml({ ...two, comparison: { ...two.comparison!, rows } }, []);
    for (const text of ["&lt;0.001", "0.008", "3.1 %"]) assert.ok(page.includes(`>${text}</td>`), text);
  });
});

describe("marks that repeat", () => {
  it("are written once and used where they stood", () => {
    const mark = (x: number) => `<path transform="translate(${x},2)" d="M1,0A1,1,0,1,1,-1,0" fill="#0072B2"/>`;
    const svg = `<svg>${mark(1)}${mark(2)}${mark(3)}<path transform="translate(9,9)" d="M0,0h5" fill="#000"/></svg>`;
    const shared = shareMarks(svg, "overview");
    assert.equal(shared.match(/<use href="#overview-m0" transform="translate\([123],2\)"\/>/g)?.length, 3);
    assert.equal(shared.match(/A1,1/g)?.length, 1);
    assert.match(shared, /<path transform="translate\(9,9\)"/, "a single one stays where it is");
  });
});
