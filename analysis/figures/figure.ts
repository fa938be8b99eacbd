/** A Vega-Lite specification or a part of one; plain JSON. */
export type Spec = Readonly<Record<string, unknown>>;

export interface Figure {
  /** File name without suffix. */
  readonly name: string;
  /** SIMULATED is part of it where it applies. */
  readonly title: string;
  /** What the picture says, in words: alt text, `desc` of the SVG. */
  readonly description: string;
  /** Vega-Lite 6 with the data inside. */
  readonly spec: Spec;
  readonly table: DataTable;
}

/** The numbers behind a figure; null is a missing number, never 0. */
export interface DataTable {
  /** With units, e.g. "ttft_p50_ms". */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Alt text: stamp, what the picture is, then what it says. */
export const sentences = (stamp: string | null, what: string, said: readonly string[]): string =>
  [...(stamp === null ? [] : [`${stamp}.`]), what, ...said].join(" ");

/** RFC 4180, with a header line. */
export function csv(table: DataTable): string {
  const cell = (value: string | number | null) => {
    if (value === null) return "";
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[table.columns, ...table.rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
}
