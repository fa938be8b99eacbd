import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { renderAsync } from "@resvg/resvg-js";
import { png } from "../../../analysis/figures/png.ts";

const square = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"><rect width="2" height="1" fill="${colour}"/></svg>`;

describe("a PNG", () => {
  it("has the pixels that it is made of, a filter byte before each row", async () => {
    const rgba = Uint8Array.from({ length: 4 * 3 * 2 }, (_, i) => i * 9);
    const file = await png(3, 2, rgba);
    const size = file.indexOf("IHDR") + 4;
    assert.deepEqual([file.readUInt32BE(size), file.readUInt32BE(size + 4)], [3, 2]);
    const data = file.indexOf("IDAT") + 4;
    const rows = inflateSync(file.subarray(data, data + file.readUInt32BE(data - 8)));
    assert.deepEqual([...rows], [0, ...rgba.subarray(0, 12), 0, ...rgba.subarray(12)]);
  });

  it("is one that another program reads, with the same pixels", async () => {
    const drawn = await renderAsync(square("#369"), { background: "white" });
    const file = await png(drawn.width, drawn.height, drawn.pixels);
    const href = `data:image/png;base64,${file.toString("base64")}`;
    const shown = await renderAsync(
      `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"><image width="3" height="2" href="${href}"/></svg>`,
    );
    assert.deepEqual([...shown.pixels], [...drawn.pixels]);
    assert.deepEqual([...drawn.pixels.subarray(0, 4)], [0x33, 0x66, 0x99, 0xff]);
  });
});
