export interface Row {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  /** null: shown, not judged. */
  readonly pass: boolean | null;
}

export function table(rows: readonly Row[]): string {
  const cells = [
    ["what", "target", "measured", ""],
    ...rows.map((r) => [r.name, r.target, r.measured, verdict(r.pass)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function verdict(pass: boolean | null): string {
  return pass === null ? "" : pass ? "pass" : "FAIL";
}
