import { comparedMetricNames } from "../../scenario/criteria.ts";
import { comparedMetrics } from "../comparison.ts";
import { verdictWords } from "../gate/gateText.ts";
import { higherIsBetter, labelOf, signed } from "../gate/metrics.ts";
import { numberText } from "../write/cellText.ts";
import { type Column, textTable } from "../write/textTable.ts";
import type { ChangePoint } from "./changePoints.ts";
import type { HistoryValue } from "./entry.ts";
import type { Series, SeriesPoint } from "./series.ts";

const columns: readonly Column[] = [
  { head: ["time"], align: "left" },
  { head: ["commit"], align: "left" },
  { head: ["value"], align: "right" },
  { head: ["95 % interval"], align: "left" },
  { head: ["runs"], align: "right" },
  { head: ["gate"], align: "left" },
  { head: ["change"], align: "left" },
];

/** Every series as a table, oldest first, with its change points in the last column. */
export function historyText(series: readonly Series[], metric: string): string {
  const tables = series.map((one) => [
    headline(one, metric),
    ...textTable(
      columns,
      one.points.map((point) => cells(point, metric)),
    ),
  ]);
  return tables.map((lines) => lines.map((line) => `${line}\n`).join("")).join("\n");
}

function headline({ stack, system, fingerprint, counted, leastPoints, points }: Series, metric: string): string {
  const changes = points.filter(({ change }) => change !== null).length;
  const found =
    counted < leastPoints
      ? `change points are looked for from ${leastPoints} on`
      : `${changes === 0 ? "no" : changes} change ${changes === 1 ? "point" : "points"}`;
  return `${stack} / ${system}, series ${fingerprint}, ${nameOf(metric)}: ${counted} ${counted === 1 ? "point" : "points"}, ${found}`;
}

function cells({ entry, value, change }: SeriesPoint, metric: string): string[] {
  const { time, commit, verdict } = entry;
  return [
    time.slice(0, 16).replace("T", " "),
    commit ?? "-",
    value === null ? "-" : numberText(value.value),
    value === null ? "-" : intervalText(value),
    value === null ? "-" : `${value.n}`,
    verdict === null ? "-" : verdictWords[verdict],
    verdict === "invalid" ? "left out" : change === null ? "" : changeText(change, metric),
  ];
}

function intervalText({ low, high }: HistoryValue): string {
  return low === null || high === null ? "-" : `${numberText(low)} .. ${numberText(high)}`;
}

function changeText({ before, after, p }: ChangePoint, metric: string): string {
  const known = comparedMetricNames.find((name) => name === metric.split("@")[0]);
  const word = known === undefined ? "changed" : after > before === higherIsBetter(known) ? "better" : "WORSE";
  const sure = p < 1e-6 ? "p < 0.000001" : `p = ${Number(p.toPrecision(1)).toFixed(6)}`;
  return `${word} from here: ${signed(after / before)} % (${numberText(before)} -> ${numberText(after)}, ${sure})`;
}

function nameOf(metric: string): string {
  const [name, load] = metric.split("@");
  const known = comparedMetrics.find(({ key }) => key === name);
  return `${known === undefined ? name : labelOf(known.key)}${load === undefined ? "" : ` at load ${load}`}`;
}
