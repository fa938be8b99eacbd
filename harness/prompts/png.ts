import { crc32, deflateSync } from "node:zlib";
import { draw, type StreamKey } from "../random.ts";

/** A picture of 16 colours without its palette, which lies between two parts that are already base64. */
export interface PngTemplate {
  readonly head: string;
  readonly tail: string;
}

/** Side of a square of one colour, in pixels. */
const SQUARE = 16;
/** Least width and height: a square of every colour must fit in, for each colour tells images apart. */
export const SMALLEST_SIDE = 4 * SQUARE;

const COLOURS = 16;
const PALETTE_BYTES = 3 * COLOURS;

/** Squares at random, the first sixteen one of each colour. Signature and header are 33 bytes and the palette's chunk 60: both end where base64 starts anew. */
export function pngTemplate(width: number, height: number, key: StreamKey): PngTemplate {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 4; // bits a pixel
  header[9] = 3; // by palette
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const head = Buffer.concat([signature, chunk("IHDR", header)]);
  const pixels = deflateSync(squares(width, height, key));
  const tail = Buffer.concat([chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
  return { head: head.toString("base64"), tail: tail.toString("base64") };
}

function squares(width: number, height: number, key: StreamKey): Buffer {
  const rowBytes = 1 + Math.ceil(width / 2); // a filter byte, then two pixels a byte
  const data = Buffer.alloc(rowBytes * height);
  const across = Math.ceil(width / SQUARE);
  for (let y = 0; y < height; y++) {
    const row = y * rowBytes;
    if (y % SQUARE !== 0) {
      data.copyWithin(row, row - rowBytes, row);
      continue;
    }
    const line = y / SQUARE;
    for (let n = 0; n < across; n++) {
      const colour = line < 4 && n < 4 ? line * 4 + n : draw(key, line * across + n) & (COLOURS - 1);
      const from = row + 1 + (n * SQUARE) / 2;
      data.fill(colour * 17, from, Math.min(from + SQUARE / 2, row + rowBytes));
    }
  }
  return data;
}

const palette = Buffer.alloc(4 + 4 + PALETTE_BYTES + 4);
palette.writeUInt32BE(PALETTE_BYTES, 0);
palette.write("PLTE", 4, "latin1");

/** Base64 of the picture in the colours of (left, right, image): 20, 20 and 8 bits that are in the palette as they are, hence in the pixels. */
export function colouredPng(template: PngTemplate, left: number, right: number, image: number, key: StreamKey): string {
  for (let n = 0; n < PALETTE_BYTES; n += 4) palette.writeUInt32BE(draw(key, n), 8 + n);
  palette.writeUIntBE(left, 8, 3);
  palette.writeUIntBE(right, 11, 3);
  palette[14] = image;
  palette.writeUInt32BE(crc32(palette.subarray(4, 8 + PALETTE_BYTES)), 8 + PALETTE_BYTES);
  return template.head + palette.toString("base64") + template.tail;
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(12 + data.length);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, "latin1");
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
  return whole;
}
