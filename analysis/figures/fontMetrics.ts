import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export type Weight = "normal" | "bold";

export const FONT_FAMILY = "Inter";
/** First choice is the vendored font; the rest is for an SVG that is opened where Inter is not installed. */
export const FONT_STACK = "Inter, Helvetica Neue, Arial, Liberation Sans, sans-serif";

const path = (name: string) => fileURLToPath(new URL(`../fonts/${name}`, import.meta.url));
/** Absolute paths of the TTF files. */
export const fontFiles: Readonly<Record<Weight, string>> = {
  normal: path("Inter-Regular.ttf"),
  bold: path("Inter-SemiBold.ttf"),
};
export const webFontFiles: Readonly<Record<Weight, string>> = {
  normal: path("Inter-Regular.woff2"),
  bold: path("Inter-SemiBold.woff2"),
};

/** Advance of each character in em. */
interface Face {
  readonly advances: ReadonlyMap<number, number>;
  readonly missing: number;
}
const faces = new Map<Weight, Face>();

/** Width in px. The vendored fonts have no kerning, so the sum of the advances is exact. A missing glyph is as wide as the box drawn for it. */
export function textWidth(text: string, sizePx: number, weight: Weight = "normal"): number {
  let face = faces.get(weight);
  if (face === undefined) {
    face = readFace(readFileSync(fontFiles[weight]));
    faces.set(weight, face);
  }
  let em = 0;
  for (const character of text) em += face.advances.get(character.codePointAt(0)!) ?? face.missing;
  return em * sizePx;
}

/** Reads `cmap` (format 4 or 12) and `hmtx` of a TrueType file. Throws when a table is missing. */
export function readFace(file: Buffer): Face {
  const tables = new Map<string, number>();
  for (let i = 0; i < file.readUInt16BE(4); i++) {
    const entry = 12 + 16 * i;
    tables.set(file.toString("latin1", entry, entry + 4), file.readUInt32BE(entry + 8));
  }
  const table = (tag: string): number => {
    const offset = tables.get(tag);
    if (offset === undefined) throw new Error(`The font has no table "${tag}". Is it a TTF file?`);
    return offset;
  };
  const unitsPerEm = file.readUInt16BE(table("head") + 18);
  const metricCount = file.readUInt16BE(table("hhea") + 34);
  const hmtx = table("hmtx");
  const advance = (glyph: number) => file.readUInt16BE(hmtx + 4 * Math.min(glyph, metricCount - 1)) / unitsPerEm;
  const advances = new Map<number, number>();
  for (const [character, glyph] of characterMap(file, table("cmap"))) advances.set(character, advance(glyph));
  return { advances, missing: advance(0) };
}

function* characterMap(file: Buffer, cmap: number): Generator<readonly [number, number]> {
  for (let i = 0; i < file.readUInt16BE(cmap + 2); i++) {
    const at = cmap + file.readUInt32BE(cmap + 4 + 8 * i + 4);
    const format = file.readUInt16BE(at);
    if (format === 12) {
      for (let group = 0; group < file.readUInt32BE(at + 12); group++) {
        const entry = at + 16 + 12 * group;
        const first = file.readUInt32BE(entry);
        const glyph = file.readUInt32BE(entry + 8);
        for (let c = first; c <= file.readUInt32BE(entry + 4); c++) yield [c, glyph + c - first];
      }
    } else if (format === 4) {
      yield* segments(file, at);
    }
  }
}

function* segments(file: Buffer, at: number): Generator<readonly [number, number]> {
  const length = file.readUInt16BE(at + 6); // twice the number of segments
  for (let i = 0; i < length; i += 2) {
    const last = file.readUInt16BE(at + 14 + i);
    const first = file.readUInt16BE(at + 16 + length + i);
    const delta = file.readUInt16BE(at + 16 + 2 * length + i);
    const rangeAt = at + 16 + 3 * length + i;
    const range = file.readUInt16BE(rangeAt);
    for (let c = first; c <= last && c !== 0xffff; c++) {
      const raw = range === 0 ? c : file.readUInt16BE(rangeAt + range + 2 * (c - first));
      const glyph = raw === 0 ? 0 : (raw + delta) & 0xffff;
      if (glyph !== 0) yield [c, glyph];
    }
  }
}
