import type { JsonObject } from "./looseJson.ts";

/** What the importer reads of a line; other keys would be parsed in vain. */
export interface AiperfLine {
  readonly metadata: JsonObject;
  readonly metrics: JsonObject;
  readonly error?: unknown;
}

const metricNames = [
  "request_latency",
  "time_to_first_token",
  "usage_completion_tokens",
  "usage_prompt_tokens",
  "usage_prompt_cache_read_tokens",
  "output_sequence_length",
  "input_sequence_length",
  "inter_chunk_latency",
];
const UNIT = ',"unit":"';
/** Lines of one run are alike: a key is about where it was in the line before. */
const SLACK = 256;

/** A key with its colon and what aiperf's writer puts behind it. */
class Key {
  readonly name: string;
  readonly #text: string;
  #lastAt = 0;

  constructor(name: string, behind: string) {
    this.name = name;
    this.#text = `"${name}":${behind}`;
  }

  /** Where its value begins; -1: it is not there. */
  valueIn(line: string): number {
    let at = line.indexOf(this.#text, this.#lastAt - SLACK);
    if (at < 0) at = line.indexOf(this.#text);
    if (at < 0) return -1;
    this.#lastAt = at;
    return at + this.#text.length;
  }
}

/**
 * The parts of a line that count, found by their keys: several times as quick as parsing all of it, most of which nobody
 * reads. A quote inside of a text has a backslash before it, so that no text looks like a key. Damage to what nobody reads
 * goes unnoticed.
 */
export class QuickLines {
  readonly #metrics = metricNames.map((name) => new Key(name, '{"value":'));
  readonly #numbers = ["request_start_ns", "credit_issued_ns"].map((name) => new Key(name, ""));
  readonly #phase = new Key("benchmark_phase", '"');
  readonly #begin = new Key("metrics", "{");
  readonly #cancelled = new Key("was_cancelled", "");

  /** @returns null for a line that is written otherwise, failed, or has something odd: parse it */
  read(line: string): AiperfLine | null {
    // The error is the last key of a line; 2025 writes null where there is none.
    if (!line.startsWith('{"metadata":{') || !(line.endsWith("}}}") || line.endsWith('}},"error":null}'))) return null;
    const cancelled = this.#cancelled.valueIn(line);
    if (this.#begin.valueIn(line) < 0 || cancelled < 0 || !line.startsWith("false", cancelled)) return null;
    const phase = this.#phase.valueIn(line);
    if (phase < 0) return null;
    const metadata: Record<string, unknown> = { benchmark_phase: line.slice(phase, line.indexOf('"', phase)) };
    for (const key of this.#numbers) {
      const from = key.valueIn(line);
      if (from < 0) continue;
      const value = Number(line.slice(from, line.indexOf(",", from)));
      if (!(value > 0)) return null;
      metadata[key.name] = value;
    }
    const metrics: Record<string, unknown> = {};
    for (const key of this.#metrics) {
      const from = key.valueIn(line);
      if (from < 0) continue;
      const to = line.indexOf(UNIT, from);
      if (to < 0) return null;
      const text = line.slice(from, to);
      const value = text.charCodeAt(0) === 0x5b ? numbersOf(text) : numberOf(text);
      if (value === null) return null;
      const unit = to + UNIT.length;
      metrics[key.name] = { value, unit: line.slice(unit, line.indexOf('"', unit)) };
    }
    return metrics.request_latency === undefined ? null : { metadata, metrics };
  }
}

function numberOf(text: string): number | null {
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function numbersOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
