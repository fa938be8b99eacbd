import { AssertionError, fail } from "node:assert/strict";
import { closeSync, constants, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Summary } from "../../../analysis/analysis.ts";
import { ImportError } from "../../../analysis/import/importError.ts";
import type { Importer, NativeResults } from "../../../analysis/import/nativeResults.ts";
import { newZeros } from "./newZeros.ts";

/** Native files of one run: name -> content. */
export type Files = Readonly<Record<string, Buffer>>;

export interface Damage {
  readonly file: string;
  /** What was done to it, for the message of a test that fails. */
  readonly what: string;
  readonly files: Files;
  /** true: something is gone or no number any more; false: a changed digit may say 0 and mean it. */
  readonly onlyLost: boolean;
}

export async function filesOf(folder: string): Promise<Files> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files: Record<string, Buffer> = {};
  for (const { parentPath, name } of names) {
    const file = join(parentPath, name);
    files[file.slice(folder.length + 1)] = await readFile(file);
  }
  return files;
}

/** The same damage for the same seed, so that a failure can be repeated. */
export function damage(files: Files, seed: number): Damage {
  const random = lcg(seed);
  const names = Object.keys(files).sort();
  const file = names[random(names.length)] as string;
  const bytes = files[file] as Buffer;
  const json = file.endsWith(".json") ? parsed(bytes) : undefined;
  const ofValue = json !== undefined && random(2) === 0;
  const [what, changed] = ofValue ? changeValue(json, random) : changeBytes(bytes, random);
  const onlyLost = ofValue || changed === null || what.startsWith("cut");
  const rest = Object.fromEntries(Object.entries(files).filter(([name]) => name !== file));
  const damaged = changed === null ? rest : { ...rest, [file]: changed };
  return { file, what: `seed ${seed}: ${file} ${what}`, files: damaged, onlyLost };
}

/**
 * Imports `count` damaged copies. Fails at anything thrown that is not an ImportError, at files that the importer
 * changed, and at results that say 0 where the value is missing: see `checkResults`, and `newZeros` for what was not 0 before
 * something was lost.
 * @returns how many could still be read, and how many were refused: a test asserts that both happened
 */
export async function importDamaged(
  importer: Importer,
  files: Files,
  count: number,
  firstSeed = 1,
): Promise<{ read: number; refused: number }> {
  const native = mkdtempSync(join(tmpdir(), "llmbench-damage-"));
  const tally = { read: 0, refused: 0 };
  try {
    writeAll(native, files);
    const whole = await importer(native);
    checkResults(whole, "undamaged");
    const zerosSince = newZeros(whole);
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const damaged = damage(files, seed);
      // Only the damaged one is written: a thousand copies of all of them would take longer than the imports.
      const file = join(native, damaged.file);
      const bytes = damaged.files[damaged.file];
      if (bytes === undefined) rmSync(file);
      else overwrite(file, bytes);
      try {
        const results = await importer(native);
        tally.read++;
        checkResults(results, damaged.what);
        const [zero] = damaged.onlyLost ? zerosSince(results) : [];
        if (zero !== undefined) fail(`${damaged.what}: ${zero}`);
      } catch (error) {
        if (error instanceof AssertionError) throw error;
        if (!(error instanceof ImportError)) fail(`${damaged.what}: ${(error as Error).stack}`);
        if (!error.message.includes("; ")) fail(`${damaged.what}: no next step in "${error.message}"`);
        tally.refused++;
      }
      const last = seed === firstSeed + count - 1;
      if (last || seed % 100 === 0) check(await filesOf(native), damaged);
      overwrite(file, files[damaged.file] as Buffer);
    }
  } finally {
    rmSync(native, { recursive: true, force: true });
  }
  return tally;
}

function check(found: Files, { files, what }: Damage): void {
  if (!sameFiles(found, files)) fail(`${what}: the importer, now or for an earlier seed, changed files`);
}

function sameFiles(left: Files, right: Files): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => right[name]?.equals(left[name]!));
}

/** Holds for all results, however damaged: stands on what a reader would otherwise take for a measurement. */
export function checkResults(results: NativeResults, what: string): void {
  const check = (right: boolean, problem: string) => right || fail(`${what}: ${problem}`);
  const { requests, stages, durationSeconds } = results;
  check(Number.isFinite(durationSeconds) && durationSeconds >= 0, `durationSeconds is ${durationSeconds}`);
  check(
    results.startedAt === null || !Number.isNaN(Date.parse(results.startedAt)),
    `startedAt is ${results.startedAt}`,
  );
  for (const { name, counts } of stages.map((stage) => ({ name: stage.plan.name, counts: stage.summary }))) {
    const sum = Object.values(counts.outcomes).reduce((a, b) => a + b, 0);
    check(counts.sent === sum, `stage ${name} sent ${counts.sent}, and its outcomes add up to ${sum}`);
    check(counts.endMs >= counts.startMs, `stage ${name} ends (${counts.endMs}) before it starts (${counts.startMs})`);
  }
  for (const { plan, reported } of stages) {
    if (reported === null) continue;
    check(
      reported.windowSeconds !== 0 || reported.sent === 0,
      `${plan.name} windowSeconds is 0 of ${reported.sent} sent`,
    );
    for (const [key, value] of Object.entries(reported)) {
      if (isSummary(value)) checkSummary(value, `${plan.name} ${key}`, check);
      else if (isMeasured(value)) checkMeasured(value, `${plan.name} ${key}`, check);
    }
  }
  if (requests === null) return;
  for (let row = 0; row < requests.length; row++) {
    const ok = requests.outcome[row] === 0;
    const [sent, first, end] = [requests.sentMs[row]!, requests.firstTokenMs[row]!, requests.endMs[row]!];
    check(sent >= 0, `row ${row} was sent at ${sent}`);
    check(!ok || end >= sent, `row ${row} is ok and ends at ${end}, sent at ${sent}`);
    check(Number.isNaN(first) || first >= sent, `row ${row} has its first token at ${first}, sent at ${sent}`);
    check(requests.stage[row]! < stages.length, `row ${row} is of stage ${requests.stage[row]}`);
    for (const column of ["promptTokens", "outputTokens", "cachedTokens"] as const)
      check(requests[column][row]! >= -1, `row ${row} has ${column} ${requests[column][row]}`);
  }
}

function checkSummary(summary: Summary, name: string, check: (right: boolean, problem: string) => void): void {
  const { n, ...values } = summary;
  check(n === null || (Number.isInteger(n) && n >= 0), `${name}.n is ${n}`);
  for (const [key, value] of Object.entries(values)) checkMeasured(value, `${name}.${key}`, check);
  if (n !== 0) return;
  // 0 of nothing is no measurement.
  for (const [key, { value }] of Object.entries(values)) check(value !== 0, `${name}.${key} is 0 of no requests`);
}

function checkMeasured(value: unknown, name: string, check: (right: boolean, problem: string) => void): void {
  const measured = value as { value: number | null; reason?: string };
  if (measured.value === null) check(Boolean(measured.reason), `${name} is null without a reason`);
  else check(Number.isFinite(measured.value) && measured.value >= 0, `${name} is ${measured.value}`);
}

function isSummary(value: unknown): value is Summary {
  return typeof value === "object" && value !== null && "p50" in value;
}

function isMeasured(value: unknown): boolean {
  return typeof value === "object" && value !== null && "value" in value;
}

function changeBytes(bytes: Buffer, random: Random): [string, Buffer | null] {
  const at = random(Math.max(1, bytes.length));
  switch (random(5)) {
    case 0:
      return [`cut at byte ${at}`, bytes.subarray(0, at)];
    case 1:
      return ["removed", null];
    case 2: {
      const until = Math.min(bytes.length, at + 1 + random(64));
      return [`without bytes ${at} to ${until}`, Buffer.concat([bytes.subarray(0, at), bytes.subarray(until)])];
    }
    default: {
      const copy = Buffer.from(bytes);
      const bit = random(8);
      if (copy.length > 0) copy[at]! ^= 1 << bit;
      return [`with bit ${bit} of byte ${at} flipped`, copy];
    }
  }
}

const WRONG: readonly unknown[] = [null, "12", "", -1, 1e300, -1e300, 0.5, [], {}, true, [null], { p50: "x" }];

/** Removes or replaces the value at one place of a copy of the document. */
function changeValue(json: unknown, random: Random): [string, Buffer] {
  const path: string[] = [];
  const whole: Record<string, unknown> = { json };
  let [parent, within]: [Record<string, unknown>, string] = [whole, "json"];
  let holder: Record<string, unknown> | null = null;
  let here = json;
  while (
    typeof here === "object" &&
    here !== null &&
    Object.keys(here).length > 0 &&
    (path.length < 2 || random(6) > 0)
  ) {
    // Only what lies on the path is copied: the rest is of the document that others are made of.
    holder = (Array.isArray(here) ? [...here] : { ...here }) as Record<string, unknown>;
    parent[within] = holder;
    const keys = Object.keys(holder);
    within = keys[random(keys.length)] as string;
    path.push(within);
    parent = holder;
    here = holder[within];
  }
  if (holder === null) return ["replaced by null", Buffer.from("null")];
  const key = within;
  const which = random(WRONG.length + 3);
  if (which < WRONG.length) holder[key] = WRONG[which];
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  const done = which < WRONG.length ? `replaced by ${JSON.stringify(WRONG[which])}` : "removed";
  return [`with ${path.join(".")} ${done}`, Buffer.from(JSON.stringify(whole.json))];
}

const documents = new WeakMap<Buffer, { readonly json: unknown }>();

/** Of a thousand damages most are of the same few files. @returns undefined for what is not JSON */
function parsed(bytes: Buffer): unknown {
  const known = documents.get(bytes);
  if (known !== undefined) return known.json;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    json = undefined;
  }
  documents.set(bytes, { json });
  return json;
}

function writeAll(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(folder, dirname(name), basename(name));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}

/** A file that is emptied and written again goes to the disk at once, on ext4: that took longer than an import. */
function overwrite(file: string, bytes: Buffer): void {
  const handle = openSync(file, constants.O_WRONLY | constants.O_CREAT);
  writeFileSync(handle, bytes);
  ftruncateSync(handle, bytes.length);
  closeSync(handle);
}

type Random = (below: number) => number;

/** Numbers for the choice of damage only; small and the same on every machine. */
function lcg(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
