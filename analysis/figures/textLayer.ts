import { printable } from "./escapeXml.ts";
import type { Spec } from "./figure.ts";
import { FONT_STACK, type Weight } from "./fontMetrics.ts";
import { ink } from "./palette.ts";

/** A text at px of its panel's plot area; `y` is its baseline. */
export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface TextStyle {
  readonly size: number;
  readonly weight?: Weight;
  readonly color?: string;
  readonly align?: "left" | "center" | "right";
}

/** `scale: null` lets pixels stand beside data in one layer. */
export const pixel = (field: string): Spec => ({ field, type: "quantitative", scale: null });

export function textLayer(texts: readonly PlacedText[], style: TextStyle): Spec[] {
  if (texts.length === 0) return [];
  return [
    {
      data: { values: texts.map((each) => ({ ...each, text: printable(each.text) })) },
      mark: {
        type: "text",
        align: style.align ?? "left",
        baseline: "alphabetic",
        font: FONT_STACK,
        fontSize: style.size,
        fontWeight: style.weight === "bold" ? 600 : 400,
        color: style.color ?? ink.text,
      },
      encoding: { x: pixel("x"), y: pixel("y"), text: { field: "text", type: "nominal" } },
    },
  ];
}
