import { type EventShape, learnShape, type Span } from "./eventShape.ts";

const MOST_SHAPES = 6;
/** An engine whose events all differ (usage or log probabilities in each) is not worth learning from. */
const MOST_LESSONS = 10_000;

/** The shapes of events seen in this run, shared by all its streams; the one that matched last comes first. */
export class ShapeBook {
  #shapes: EventShape[] = [];
  #lessons = 0;
  /** The shape of the last match. */
  matched: EventShape | null = null;

  /** Where the event that begins at `from` ends, if it is whole and has a known shape; else 0. */
  match(span: Span, from: number, to: number): number {
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]!;
      const end = shape.match(span, from, to);
      if (end > 0) {
        if (i > 0) {
          shapes[i] = shapes[0]!;
          shapes[0] = shape;
        }
        this.matched = shape;
        return end;
      }
    }
    return 0;
  }

  /** @param event whole, not of a known shape */
  learn(event: Buffer): void {
    if (this.#lessons >= MOST_LESSONS) return;
    this.#lessons++;
    const shape = learnShape(event);
    if (shape === null) return;
    this.#shapes.unshift(shape);
    if (this.#shapes.length > MOST_SHAPES) this.#shapes.pop();
  }
}
