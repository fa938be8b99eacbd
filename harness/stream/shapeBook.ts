import { learnShape, type TokenShape } from "./tokenShape.ts";

const MOST_SHAPES = 4;
/** An engine whose events all differ (usage or log probabilities in each) is not worth learning from. */
const MOST_LESSONS = 10_000;

/** The shapes of token events seen in this run, shared by all its streams; the one that matched last comes first. */
export class ShapeBook {
  #shapes: TokenShape[] = [];
  #lessons = 0;

  match(bytes: Uint8Array, from: number, to: number): number {
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const end = shapes[i]!.match(bytes, from, to);
      if (end > 0) {
        if (i > 0) {
          const shape = shapes[i]!;
          shapes[i] = shapes[0]!;
          shapes[0] = shape;
        }
        return end;
      }
    }
    return 0;
  }

  learn(event: Buffer): void {
    if (this.#lessons >= MOST_LESSONS) return;
    this.#lessons++;
    const shape = learnShape(event);
    if (shape === null) return;
    this.#shapes.unshift(shape);
    if (this.#shapes.length > MOST_SHAPES) this.#shapes.pop();
  }
}
