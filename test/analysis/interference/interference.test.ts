import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { analyse } from "../../../analysis/analyse.ts";
import { figures } from "../../../analysis/figures/figures.ts";
import { shareOf } from "../../../analysis/interference/groupShares.ts";
import { sharedPart } from "../../../analysis/interference/overlap.ts";
import { podShares } from "../../../analysis/interference/podShares.ts";
import { reportHtml } from "../../../analysis/report/report.ts";
import { roleOf } from "../../../analysis/server/podRole.ts";
import { interferenceText } from "../../../analysis/write/interferenceText.ts";
import { readmeText } from "../../../analysis/write/readme.ts";
import { statsText } from "../../../analysis/write/statsText.ts";
import { terminalTable } from "../../../analysis/write/terminalTable.ts";
import { options } from "../systems.ts";
import { togetherRuns, withPods } from "./togetherRuns.ts";

const analysed = async (...args: Parameters<typeof togetherRuns>) => analyse(await togetherRuns(...args), options);

describe("targets that were loaded together", () => {
  it("are systems of their own, behind all that were loaded alone", async () => {
    const { systems } = await analysed();
    assert.deepEqual(
      systems.map(({ name, loadedWith, runs }) => [name, loadedWith, runs.length]),
      [
        ["small", undefined, 5],
        ["large", undefined, 5],
        ["small with large", ["large"], 5],
        ["large with small", ["small"], 5],
      ],
    );
  });

  it("are in no comparison between targets, nor in its notes and differences", async () => {
    const { comparison, notes } = await analysed();
    assert.deepEqual([...new Set(comparison?.rows.map(({ candidate }) => candidate))], ["large"]);
    assert.ok(comparison?.differences.every(({ values }) => values.length === 2));
    assert.ok(
      notes.every((note) => note.startsWith("SIMULATED")),
      JSON.stringify(notes),
    );
  });

  it("cost each other what they do, with intervals and words", async () => {
    const { interference } = await analysed();
    const [small, large] = interference?.systems ?? [];
    const overall = (one: typeof small, metric: string) =>
      one?.rows.find((row) => row.metric === metric && row.load === null);
    const rate = overall(large, "outputTokensPerSecond");
    assert.ok(Math.abs((rate?.ratio.value ?? 0) * 1.4 - 1) < 0.03, JSON.stringify(rate));
    assert.equal(rate?.verdict, "slower");
    assert.equal(overall(large, "ttftP50Ms")?.verdict, "slower");
    assert.equal(overall(small, "ttftP50Ms")?.verdict, "no difference");
    assert.match(
      String(large?.sentence),
      /^large beside small: output tokens\/s 0\.7\d times as alone \(0\.\d\d to 0\.\d\d\): slower; /,
    );
    assert.equal(small?.alone, "small");
    assert.deepEqual(
      large?.stages.map(({ overlap }) => overlap),
      [{ value: 1 }, { value: 1 }, { value: 1 }],
    );
  });

  it("share what they were served, and the shares are all of it", async () => {
    const { interference } = await analysed();
    const [group, other] = interference?.groups ?? [];
    assert.equal(other, undefined);
    const sum = (key: "requests" | "outputTokens") =>
      group?.systems.reduce((total, one) => total + (one[key].value ?? Number.NaN), 0) ?? 0;
    assert.ok(Math.abs(sum("requests") - 1) < 1e-9 && Math.abs(sum("outputTokens") - 1) < 1e-9);
  });

  it("are suspect, or invalid, where their loads hardly met", async () => {
    const verdicts = async (laterMs: number) =>
      (await analysed({ laterMs })).systems
        .slice(2)
        .map(({ validity }) => validity.findings.filter(({ check }) => check === "together").map((f) => f.severity));
    assert.deepEqual(await verdicts(50), [[], []]);
    assert.deepEqual(await verdicts(300), [["suspect"], ["suspect"]]);
    assert.deepEqual(await verdicts(800), [["invalid"], ["invalid"]]);
  });

  it("say so where the other run, or the one alone, is not there", async () => {
    const runs = await togetherRuns({ repetitions: 2 });
    const { systems, interference } = analyse(
      runs.filter(({ target, group }) => target === "small" && group),
      options,
    );
    assert.match(String(interference?.systems[0]?.sentence), /never loaded alone/);
    assert.equal(interference?.systems[0]?.stages[0]?.overlap.value, null);
    assert.ok(
      systems[0]?.validity.findings.some(({ check, text }) => check === "together" && /is not among/.test(text)),
    );
  });

  it("are told in every text and picture", async () => {
    const runs = await togetherRuns();
    const counted = (value: number) => ({ value });
    const analysis = analyse(
      runs.map((run) =>
        withPods(run, [
          { requests: counted(30), promptTokens: counted(300), outputTokens: counted(60) },
          { requests: counted(10), promptTokens: counted(100), outputTokens: counted(20) },
        ]),
      ),
      options,
    );
    const texts = [terminalTable(analysis), statsText(analysis), readmeText(analysis, { images: [], files: [] })];
    for (const text of texts) {
      assert.match(text, /large beside small: output/);
      assert.match(text.replace(/\s+/g, " "), /2 pods, the busiest with 1\.50 times the mean/);
    }
    const drawn = figures(analysis);
    assert.ok(["interference", "pods"].every((name) => drawn.some((figure) => figure.name === name)));
    const page = reportHtml(analysis, []);
    assert.match(page, /<section class="verdict"[^>]*>.*large beside small: output.*?<\/section>/s);
    assert.match(page, /<h2 id="interference">/);
    assert.match(page, /<h2 id="pods">/);
  });

  it("read well: stats.txt", async () => {
    const runs = await togetherRuns();
    const value = (number: number) => ({ value: number });
    const pods = [
      { role: "prefill", requests: value(40), promptTokens: value(4000), outputTokens: value(40) },
      { role: "decode", requests: value(30), promptTokens: value(3000), outputTokens: value(600) },
      { role: "decode", requests: value(10), promptTokens: value(1000), outputTokens: value(200) },
    ] as const;
    const analysis = analyse(
      runs.map((run) => (run.target === "large" ? withPods(run, pods) : run)),
      options,
    );
    const file = join(import.meta.dirname, "..", "..", "golden", "text", "interference.txt");
    const text = `${interferenceText(analysis, 120).join("\n").trim()}\n`;
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });

  it("are nowhere in a report of targets alone", async () => {
    const runs = (await togetherRuns()).filter(({ group }) => !group);
    const analysis = analyse(runs, options);
    assert.equal(analysis.interference, null);
    assert.doesNotMatch(statsText(analysis), /together \/ alone|Shares of the pods/);
  });
});

describe("the arithmetic of shares", () => {
  const windows = fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 1000 }));
  const window = windows.map(([from, length]) => ({ from, to: from + length }));

  it("an overlap is a share, the whole of itself, and none of what comes after", () => {
    fc.assert(
      fc.property(window, fc.array(window), (own, others) => {
        const share = sharedPart(own, others) as number;
        assert.ok(share >= 0 && share <= 1);
        assert.equal(sharedPart(own, [own, own]), 1);
        assert.equal(sharedPart(own, [{ from: own.to, to: own.to + 5 }]), 0);
        assert.ok(share <= (sharedPart(own, others.slice(1)) as number));
      }),
    );
    assert.equal(sharedPart({ from: 5, to: 5 }, []), null);
  });

  it("shares are of all parts, whatever they are; one unknown part makes all unknown", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 }), (counts) => {
        const parts = counts.map((value) => ({ value }));
        const shares = parts.map((_, i) => shareOf(parts, i).value);
        if (counts.every((count) => count === 0)) assert.ok(shares.every((share) => share === null));
        else assert.ok(Math.abs(shares.reduce<number>((sum, share) => sum + (share as number), 0) - 1) < 1e-9);
        assert.equal(shareOf([...parts, { value: null, reason: "x" }], 0).value, null);
      }),
    );
  });

  it("evenness is 1 where all are alike, and the number of pods where one does everything", async () => {
    const [run] = await togetherRuns({ repetitions: 1 });
    const evenness = (counts: readonly number[]) => {
      const pods = counts.map((value) => ({ requests: { value }, promptTokens: { value }, outputTokens: { value } }));
      const { systems } = analyse([withPods(run!, pods)], options);
      return systems[0]?.podShares?.roles[0]?.evenness.value ?? Number.NaN;
    };
    assert.ok(Math.abs(evenness([7, 7, 7]) - 1) < 1e-9);
    assert.ok(Math.abs(evenness([9, 0, 0]) - 3) < 1e-9);
  });

  it("takes pods that were replaced between the runs for no more than there were at once", async () => {
    const runs = (await togetherRuns({ repetitions: 2 })).filter(({ target, group }) => target === "small" && !group);
    const sharesOf = (pods: number) =>
      analyse(
        runs.map((run, life) =>
          withPods(
            run,
            Array.from({ length: pods }, (_, i) => ({ pod: `10.0.${life}.${i}:8000`, requests: { value: 5 } })),
          ),
        ),
        options,
      ).systems[0]?.podShares;
    assert.equal(sharesOf(1), null);
    assert.match(String(sharesOf(2)?.reason), /^4 addresses told of 2 pods: they were replaced/);
  });

  it("parts prefill from decode pods, and says how many prompts were read elsewhere", async () => {
    const [run] = await togetherRuns({ repetitions: 1 });
    const value = (requests: number) => ({ requests: { value: requests }, promptTokens: { value: requests } });
    const pods = [
      { role: "prefill", ...value(20) },
      { role: "decode", ...value(30) },
      { role: "decode", ...value(10) },
    ] as const;
    const { systems } = analyse([withPods(run!, pods)], options);
    const found = podShares(systems[0]!.stages);
    assert.deepEqual(
      found?.roles.map(({ role, pods: own }) => [role, own.map(({ requests }) => requests.value)]),
      [
        ["prefill", [1]],
        ["decode", [0.75, 0.25]],
      ],
    );
    assert.equal(found?.prefilled.value, 0.5);
  });

  it("knows a pod's role by the Service that it was asked through", () => {
    assert.equal(roleOf("http://a-ms-decode-pods.ns.svc:8200/metrics"), "decode");
    assert.equal(roleOf("http://prefill-heavy-ms-decode.ns.svc/metrics"), "decode");
    assert.equal(roleOf("http://a-ms-prefill.ns.svc/metrics"), "prefill");
    assert.equal(roleOf("http://vllm-standalone-a-pods.ns.svc/metrics"), null);
  });
});
