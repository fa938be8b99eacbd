import type { SystemAnalysis } from "../analysis.ts";
import type { SloResult, SloVerdict } from "../slo/sloAssessment.ts";
import { cellText, footnotes, percentText } from "./cellText.ts";
import { loadHead } from "./loadTable.ts";
import { largestLoadText, limitText, targetName } from "./objectives.ts";
import { type Column, textTable, wrapText } from "./textTable.ts";

const words: Readonly<Record<SloVerdict, string>> = { pass: "PASS", fail: "FAIL", unsure: "UNSURE" };
const marks: Readonly<Record<SloVerdict, string>> = { pass: "", fail: " !", unsure: " ?" };

/** Every load against every objective, and goodput; nothing where no objective is set. */
export function sloText({ slo, loadType }: SystemAnalysis, width: number): string[] {
  if (slo === null) return [];
  const { targets, stages, largestLoad, goodRequest, notes = [] } = slo;
  const heads: (readonly string[])[] = [
    loadHead(loadType),
    ["", "verdict"],
    ...targets.map((target) => [targetName(target), limitText(target)]),
    ...[
      ["good", "%"],
      ["good", "req/s"],
      ["good", "tok/s"],
    ],
  ];
  const rows = stages.map((stage) => [
    String(stage.load),
    words[stage.verdict],
    ...stage.results.map((result, i) => resultText(result, targets[i]?.metric === "failureRate")),
    cellText(stage.goodShare, percentText),
    cellText(stage.goodRequestsPerSecond),
    cellText(stage.goodOutputTokensPerSecond),
  ]);
  const unsure = stages.flatMap(({ load, results }) =>
    results.flatMap(({ verdict, reason }, i) =>
      verdict === "unsure" && reason !== null ? [`? at ${load}, ${targetName(targets[i]!)}: ${reason}`] : [],
    ),
  );
  const absent = stages.flatMap((stage) => [
    { label: "good %", measured: stage.goodShare },
    { label: "good req/s", measured: stage.goodRequestsPerSecond },
  ]);
  return [
    "",
    `Objectives (! fails, ? unsure); largest load within them: ${largestLoadText(largestLoad)}`,
    ...textTable(
      heads.map((head): Column => ({ head, align: "right" })),
      rows,
    ),
    ...[...unsure, ...footnotes(absent), ...notes, `good: ${goodRequest}`].flatMap((text) =>
      wrapText(text, width, "  "),
    ),
  ];
}

function resultText({ measured, verdict }: SloResult, isShare: boolean): string {
  return `${isShare ? cellText(measured, (share) => `${percentText(share)} %`) : cellText(measured)}${marks[verdict]}`;
}
