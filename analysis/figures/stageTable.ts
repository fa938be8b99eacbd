import type { Analysis } from "../analysis.ts";
import { type Quantity, read } from "./curve.ts";
import type { DataTable } from "./figure.ts";

export interface Column {
  readonly name: string;
  readonly quantity: Quantity;
}

/** One row per system and stage in declared order, also those that a figure could not draw. */
export function stageTable(analysis: Analysis, columns: readonly Column[]): DataTable {
  return {
    columns: [
      "system",
      "simulated",
      "stage",
      "load_type",
      "load",
      "n_ok",
      "failure_rate",
      ...columns.map((c) => c.name),
    ],
    rows: analysis.systems.flatMap((system) =>
      system.stages.map((stage) => [
        system.name,
        String(system.simulated),
        stage.name,
        stage.loadType,
        stage.load,
        stage.pooled.outcomes.ok,
        read(stage.pooled, { metric: "failureRate" }),
        ...columns.map((column) => read(stage.pooled, column.quantity)),
      ]),
    ),
  };
}
