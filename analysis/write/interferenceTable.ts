import type { Analysis, Measured } from "../analysis.ts";
import { pText } from "../comparison/judge.ts";
import type { InterferedSystem, InterferenceRow } from "../interference/interference.ts";
import { interferedLabel } from "../interference/sentence.ts";
import { loadName } from "../loadName.ts";
import { cellText, percentText } from "./cellText.ts";
import type { Column } from "./textTable.ts";

const left = (head: string): Column => ({ head: [head], align: "left" });
const right = (head: string): Column => ({ head: [head], align: "right" });

export const interferenceColumns: readonly Column[] = [
  left("target"),
  left("beside"),
  left("metric"),
  right("load"),
  right("together / alone"),
  left("95 % interval"),
  right("margin"),
  right("runs"),
  right("p"),
  left("verdict"),
];

/** Rows over all matched loads, or one per load too. */
export function interferenceRows({ interference }: Analysis, which: "all loads together" | "each load"): string[][] {
  return (interference?.systems ?? []).flatMap((system) =>
    system.rows.filter(({ load }) => which === "each load" || load === null).map((row) => cells(system, row)),
  );
}

function cells({ target, loadedWith }: InterferedSystem, row: InterferenceRow): string[] {
  return [
    target,
    loadedWith.join(", "),
    interferedLabel(row.metric),
    row.load === null ? "all" : String(row.load),
    row.ratio.value === null ? "-" : row.ratio.value.toFixed(3),
    row.interval === null ? "-" : `${row.interval.low.toFixed(3)} .. ${row.interval.high.toFixed(3)}`,
    `${(100 * row.margin).toFixed(0)} %`,
    row.repetitions[0] === row.repetitions[1] ? `${row.repetitions[0]}` : row.repetitions.join(":"),
    row.p.value === null ? "-" : pText(row.p.value),
    row.verdict,
  ];
}

/** Which metrics have no row, of whom, and why. */
export function leftOutTexts({ systems }: NonNullable<Analysis["interference"]>): string[] {
  return systems.flatMap(({ target, leftOut }) => leftOut.map((text) => `${target}: ${text}`));
}

export const overlapColumns: readonly Column[] = [
  left("system"),
  left("load"),
  right("overlap %"),
  right("failed % alone"),
  right("failed % together"),
];

/** Whether the loads really met, and what failed: what no ratio tells. */
export function overlapRows({ interference }: Analysis): string[][] {
  return (interference?.systems ?? []).flatMap(({ system, stages }) =>
    stages.map((stage) => [
      system,
      loadName(stage),
      percent(stage.overlap),
      percent(stage.failuresAlone),
      percent(stage.failuresTogether),
    ]),
  );
}

export const groupColumns: readonly Column[] = [left("system"), right("requests %"), right("output tokens %")];

/** One table per group. */
export function groupRows({ interference }: Analysis): string[][][] {
  return (interference?.groups ?? []).map(({ systems }) =>
    systems.map(({ system, requests, outputTokens }) => [system, percent(requests), percent(outputTokens)]),
  );
}

export const podColumns: readonly Column[] = [
  left("system"),
  left("role"),
  left("pod"),
  right("requests %"),
  right("prompt tokens %"),
  right("output tokens %"),
  right("prefix hits %"),
];

/** Shares are of the pods of one role; evenness is the same for all of these. */
export function podRows({ systems }: Pick<Analysis, "systems">): string[][] {
  return systems.flatMap(({ name, podShares }) =>
    (podShares?.roles ?? []).flatMap(({ role, pods }) =>
      pods.map((one) => [
        name,
        role ?? "-",
        one.pod,
        percent(one.requests),
        percent(one.promptTokens),
        percent(one.outputTokens),
        percent(one.prefixCacheHitRate),
      ]),
    ),
  );
}

/** How even, and how many prompts were read by pods of their own, in a sentence per system. */
export function podSentences({ systems }: Pick<Analysis, "systems">): string[] {
  return systems.flatMap(({ name, podShares }) => {
    if (!podShares) return [];
    if (podShares.reason !== null) return [`${name}: how its pods shared the work is not known: ${podShares.reason}.`];
    const even = podShares.roles.flatMap(({ role, pods, evenness }) => {
      const whose =
        role === null ? `${pods.length} pods` : `${pods.length} ${role} ${pods.length === 1 ? "pod" : "pods"}`;
      if (pods.length < 2) return [whose];
      return [
        `${whose}, the busiest with ${evenness.value === null ? `unknown (${evenness.reason})` : `${evenness.value.toFixed(2)} times`} the mean of requests`,
      ];
    });
    const { value } = podShares.prefilled;
    const prefilled = value === null ? "" : `; prefill pods took part in ${percentText(value)} % of the requests`;
    return [`${name}: ${even.join("; ")}${prefilled}.`];
  });
}

const percent = (measured: Measured): string => cellText(measured, percentText);

/** Why a cell of these tables has no number, each reason once. */
export function interferenceNotes({ interference, systems }: Analysis): string[] {
  const measured = [
    ...(interference?.systems ?? []).flatMap(({ stages }) =>
      stages.flatMap(({ overlap, failuresAlone, failuresTogether }) => [overlap, failuresAlone, failuresTogether]),
    ),
    ...(interference?.groups ?? []).flatMap(({ systems: shares }) =>
      shares.flatMap(({ requests, outputTokens }) => [requests, outputTokens]),
    ),
    ...systems.flatMap(({ podShares }) =>
      (podShares?.roles ?? []).flatMap(({ pods }) =>
        pods.flatMap(({ requests, promptTokens, outputTokens, prefixCacheHitRate }) => [
          requests,
          promptTokens,
          outputTokens,
          prefixCacheHitRate,
        ]),
      ),
    ),
  ];
  return [...new Set(measured.flatMap((one) => (one.value === null ? [`-: ${one.reason}`] : [])))];
}
