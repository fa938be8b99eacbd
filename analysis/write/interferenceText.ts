import type { Analysis } from "../analysis.ts";
import {
  groupColumns,
  groupRows,
  interferenceColumns,
  interferenceNotes,
  interferenceRows,
  leftOutTexts,
  overlapColumns,
  overlapRows,
  podColumns,
  podRows,
  podSentences,
} from "./interferenceTable.ts";
import { textTable, wrapText } from "./textTable.ts";

/** Of stats.txt: what targets that were loaded at once cost each other, and the shares of pods. */
export function interferenceText(analysis: Analysis, width: number): string[] {
  const { interference } = analysis;
  const pods = podRows(analysis);
  const notes = interferenceNotes(analysis).flatMap((note) => wrapText(note, width, "  "));
  return [
    ...(interference
      ? [
          ...headed("Loaded together (ratio: together / alone)"),
          ...interference.systems.flatMap(({ sentence }) => wrapText(sentence, width, "  ")),
          "",
          ...textTable(interferenceColumns, interferenceRows(analysis, "each load")),
          ...leftOutTexts(interference).flatMap((note) => wrapText(note, width, "  ")),
          "",
          ...textTable(overlapColumns, overlapRows(analysis)),
          ...groupRows(analysis).flatMap((rows) => ["", ...textTable(groupColumns, rows)]),
        ]
      : []),
    ...(pods.length === 0
      ? []
      : [
          ...headed("Shares of the pods, all loads together"),
          ...podSentences(analysis).flatMap((sentence) => wrapText(sentence, width, "  ")),
          "",
          ...textTable(podColumns, pods),
        ]),
    ...((interference || pods.length > 0) && notes.length > 0 ? ["", ...notes] : []),
  ];
}

const headed = (heading: string): string[] => ["", "", heading, "-".repeat(heading.length)];
