import type { Curve } from "./curve.ts";
import type { Spec } from "./figure.ts";
import { ink } from "./palette.ts";

/** Ribbons below lines below repetitions below markers. Every layer carries its own rows, so that a spec can be restyled by hand. */
export function curveLayers(curves: readonly Curve[]): Spec[] {
  const layers = [
    ...curves.flatMap(ribbon),
    ...curves.flatMap(line),
    ...curves.flatMap(repetitions),
    ...curves.flatMap(markers),
  ];
  // An empty panel keeps its axes: Vega-Lite draws none without a mark.
  return layers.length > 0 ? layers : [{ data: { values: [] }, mark: "point" }];
}

function ribbon(curve: Curve): Spec[] {
  const banded = curve.points.map((point) => ({ load: point.load, value: point.low, high: point.high }));
  if (banded.every((row) => row.value === null)) return [];
  const color = curve.style.color;
  // A band needs two neighbours; a lone one would be invisible as an area.
  const lone = banded.filter(
    (row, i) =>
      row.value !== null && (banded[i - 1]?.value ?? null) === null && (banded[i + 1]?.value ?? null) === null,
  );
  const high = { y2: { field: "high" } };
  const layers: Spec[] = [];
  const joined = canJoin(curve) && curve.weight !== "dots";
  if (lone.length < banded.filter((row) => row.value !== null).length && joined) {
    layers.push({
      data: { values: banded },
      mark: { type: "area", color, opacity: 0.16, invalid: "break-paths-show-domains" },
      encoding: high,
    });
  }
  const bars = joined ? lone : banded.filter((row) => row.value !== null);
  if (bars.length > 0) {
    layers.push({
      data: { values: bars },
      mark: { type: "rule", color, opacity: 0.35, strokeWidth: 5 },
      encoding: high,
    });
  }
  return layers;
}

function line(curve: Curve): Spec[] {
  const drawn = curve.points.filter((point) => point.value !== null).length;
  if (curve.weight === "marks" || curve.weight === "dots" || drawn < 2 || !canJoin(curve)) return [];
  const strong = curve.weight !== "thin";
  return [
    {
      data: { values: curve.points.map(({ load, value }) => ({ load, value })) },
      mark: {
        type: "line",
        color: curve.style.color,
        strokeWidth: curve.weight === "strong" ? 2.5 : curve.weight === "plain" ? 2 : 1.5,
        ...(curve.stepped ? { interpolate: "step-after" } : {}),
        strokeDash: strong ? curve.style.dash : [4, 3],
        strokeJoin: "round",
        // Missing points leave a gap instead of a straight line over them.
        invalid: "break-paths-show-domains",
      },
    },
  ];
}

/** Several stages at one load make no curve: a line through them would go up and down on the spot. */
const canJoin = ({ points, jumps }: Curve): boolean =>
  jumps === true || new Set(points.map(({ load }) => load)).size === points.length;

function repetitions(curve: Curve): Spec[] {
  const values = curve.points.flatMap((point) => point.repetitions.map((value) => ({ load: point.load, value })));
  if (values.length === 0 || (curve.weight !== "strong" && curve.weight !== "dots")) return [];
  return [
    { data: { values }, mark: { type: "point", filled: true, color: curve.style.color, size: 14, opacity: 0.45 } },
  ];
}

/** Many points in a row become beads that hide their line. */
function markerSize({ weight, style, points }: Curve): number {
  const crowded = points.length > 16;
  if (weight === "thin") return crowded ? 10 : 26;
  if (weight === "marks") return crowded ? 40 : 90;
  return (style.shape === "circle" ? 60 : 70) * (crowded ? 0.35 : 1);
}

function markers(curve: Curve): Spec[] {
  if (curve.weight === "plain") return [];
  const points = curve.points.filter((point) => point.value !== null);
  const { color, outline, shape } = curve.style;
  const size = markerSize(curve);
  const rows = (failed: boolean) =>
    points.filter((p) => p.failed === failed).map(({ load, value }) => ({ load, value }));
  const base = { type: "point", size, shape: curve.weight === "marks" ? "stroke" : shape, opacity: 1 };
  const stroke = { stroke: color, strokeWidth: 2 };
  const solid = curve.weight === "marks" ? stroke : { fill: color, stroke: outline, strokeWidth: 1 };
  const hollow = curve.weight === "marks" ? stroke : { fill: ink.paper, ...stroke };
  return [
    ...(rows(false).length > 0 ? [{ data: { values: rows(false) }, mark: { ...base, ...solid } }] : []),
    ...(rows(true).length > 0 ? [{ data: { values: rows(true) }, mark: { ...base, ...hollow } }] : []),
  ];
}
