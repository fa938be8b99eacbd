import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { HistoryEntry } from "./entry.ts";

const value = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().int(),
});

const entry = z.object({
  time: z.iso.datetime({ offset: true }),
  commit: z.string().nullable(),
  stack: z.string(),
  system: z.string(),
  fingerprint: z.string(),
  metrics: z.record(z.string(), value),
  verdict: z.enum(["ok", "regression", "inconclusive", "invalid"]).nullable(),
});

/**
 * One write at the file's end, so that two jobs that append at once do not tear each other's lines. A line that somebody else
 * was cut off in is closed first: it is lost by itself, and not with ours.
 */
export function appendEntries(file: string, entries: readonly HistoryEntry[]): void {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  const handle = openSync(file, "a+");
  try {
    const lines = entries.map((one) => `${JSON.stringify(one)}\n`).join("");
    writeSync(handle, endsInsideLine(handle) ? `\n${lines}` : lines);
  } finally {
    closeSync(handle);
  }
}

function endsInsideLine(handle: number): boolean {
  const { size } = fstatSync(handle);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(handle, last, 0, 1, size - 1);
  return last.toString() !== "\n";
}

export interface History {
  readonly entries: readonly HistoryEntry[];
  /** Lines that cannot be read, by number from 1, and why; they stay in the file. */
  readonly bad: readonly { readonly line: number; readonly problem: string }[];
}

/** @returns null: there is no such file */
export function readHistory(file: string): History | null {
  return existsSync(file) ? parseHistory(readFileSync(file, "utf8")) : null;
}

/** Unknown keys are left alone: a later version may write more. */
export function parseHistory(text: string): History {
  const entries: HistoryEntry[] = [];
  const bad: { line: number; problem: string }[] = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const read = entryOf(line);
    if (typeof read === "string") bad.push({ line: index + 1, problem: read });
    else entries.push(read);
  });
  return { entries, bad };
}

function entryOf(line: string): HistoryEntry | string {
  try {
    const parsed = entry.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `${issue?.path.join(".") || "the line"}: ${issue?.message}`;
  } catch {
    return "is no JSON";
  }
}
