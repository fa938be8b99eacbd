import type { Analysis } from "../analysis.ts";
import { type Quantity, read, stagesOnAxis } from "./curve.ts";
import { stampOf } from "./heading.ts";
import type { LoadAxis } from "./loadAxis.ts";
import { loadText, numberText } from "./numberText.ts";

export interface Told {
  readonly label: string;
  readonly unit: string;
  readonly quantity: Quantity;
}

/** Alt text: what the picture is, and first and last number of each curve that matters. */
export function describe(analysis: Analysis, axis: LoadAxis, what: string, told: readonly Told[]): string {
  const stamp = stampOf(analysis);
  const sentences = analysis.systems.map((system) => {
    const stages = stagesOnAxis(axis, system);
    const parts = told.flatMap(({ label, unit, quantity }) => {
      const points = stages.flatMap((stage) => {
        const value = read(stage.pooled, quantity);
        return value === null ? [] : [{ load: stage.load, value }];
      });
      const first = points[0];
      const last = points.at(-1);
      if (first === undefined || last === undefined) return [`${label} not measured`];
      const at = (point: { load: number; value: number }) =>
        `${numberText(point.value)} ${unit} at ${axis.name(loadText(point.load))}`;
      return [first === last ? `${label} ${at(first)}` : `${label} from ${at(first)} to ${at(last)}`];
    });
    return `${system.name}: ${parts.join("; ")}.`;
  });
  return `${stamp === null ? "" : `${stamp}. `}${what} against ${axis.title}. ${sentences.join(" ")}`;
}
