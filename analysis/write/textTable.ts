export interface Column {
  /** Lines of the head, top to bottom; aligned to the bottom. */
  readonly head: readonly string[];
  readonly align: "left" | "right";
}

/** Columns as wide as their widest cell, two spaces between them, no trailing blanks. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const height = Math.max(...columns.map(({ head }) => head.length));
  const head = Array.from({ length: height }, (_, line) =>
    columns.map((column) => column.head[line - height + column.head.length] ?? ""),
  );
  const all = [...head, ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((cells) => cells[i]?.length ?? 0)));
  return all.map((cells) =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? "";
        const width = widths[i] as number;
        return align === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Breaks a paragraph at blanks, but not before "%"; later lines are indented. A word that is too long keeps its own line. */
export function wrapText(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+(?!%)/).filter((part) => part !== "")) {
    const next = line === "" ? word : line.trim() === "" ? line + word : `${line} ${word}`;
    if (next.length > width && line.trim() !== "") {
      lines.push(line);
      line = indent + word;
    } else {
      line = next;
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}
