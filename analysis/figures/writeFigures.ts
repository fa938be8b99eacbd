import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DrawnFigure } from "./drawFigures.ts";
import { csv } from "./figure.ts";
import { renderPng } from "./render.ts";

/**
 * Writes each figure as NAME.svg, NAME.png (2x), NAME.csv (its numbers) and NAME.vl.json (its Vega-Lite spec, to restyle it).
 * Makes the folder. Returns the paths in the order of the figures. Rejects when a file cannot be written.
 */
export async function writeFigures(figures: readonly DrawnFigure[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const pictures = await Promise.all(figures.map(({ svg }) => renderPng(svg)));
  const written: string[] = [];
  for (const [i, figure] of figures.entries()) {
    const files: readonly (readonly [string, string | Uint8Array])[] = [
      ["svg", figure.svg],
      ["png", pictures[i] as Uint8Array],
      ["csv", csv(figure.table)],
      ["vl.json", `${JSON.stringify(figure.spec, null, 1)}\n`],
    ];
    for (const [suffix, content] of files) {
      const file = join(folder, `${figure.name}.${suffix}`);
      await writeFile(file, content);
      written.push(file);
    }
  }
  return written;
}
