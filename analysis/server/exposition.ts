/** One sample of Prometheus' text format or of OpenMetrics. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Lines that are no samples (comments, blanks, broken ones) are left out: a page may have been cut. */
export function parseExposition(page: string): MetricSample[] {
  return page.split("\n").flatMap((line) => parseLine(line) ?? []);
}

const unquotedName = /[^\s{]*/y;
const labelName = /[\s,]*(?:([a-zA-Z_][\w.:]*)|"((?:[^"\\]|\\.)*)")\s*/y;
const labelValue = /=\s*"((?:[^"\\]|\\.)*)"/y;
/** What follows (a timestamp, an exemplar) is not looked at: the value is the first number. */
const number = /\s+(\S+)(?=\s|$)/y;

type Series = Pick<MetricSample, "name" | "labels">;

/**
 * What stands before the value is the same on every page of a run, ten thousand times. Reading goes from left to right, so
 * that a line with a beginning that was read before is read alike up to there.
 */
const known = new Map<string, Series>();
/** A router with hundreds of endpoints has so many; engines have about a hundred. */
const MOST_KNOWN = 20_000;

/** null: not a sample. */
function parseLine(line: string): MetricSample | null {
  if (line === "" || line.startsWith("#")) return null;
  const beginning = line.slice(0, line.lastIndexOf("}") + 1);
  const before = beginning === "" ? undefined : known.get(beginning);
  if (before === undefined) return parseNewLine(line);
  const rest = line.slice(beginning.length);
  number.lastIndex = 0;
  // "}1" is allowed.
  const value = numberOf(number.exec(rest.startsWith(" ") || rest.startsWith("\t") ? rest : ` ${rest}`)?.[1]);
  return value === null ? null : { ...before, value };
}

/** A label's value may hold braces, commas and quotes, so nothing is split at them. */
function parseNewLine(line: string): MetricSample | null {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null) at += match[0].length;
    return match;
  };
  let name = take(unquotedName)?.[0] ?? "";
  const labels: Record<string, string> = {};
  take(/[ \t]+(?=\{)/y);
  if (line[at] === "{") {
    at++;
    for (let label = take(labelName); label !== null; label = take(labelName)) {
      const value = take(labelValue);
      // A quoted text without a value is the metric's name: so Prometheus 3 writes names with dots.
      if (value === null) name = unescaped(label[2] ?? "");
      else labels[label[1] ?? unescaped(label[2] ?? "")] = unescaped(value[1] as string);
    }
    take(/[\s,]*/y);
    if (line[at] !== "}") return null;
    at++;
    if (known.size >= MOST_KNOWN) known.clear();
    if (name !== "") known.set(line.slice(0, at), { name, labels });
    // "}1" is allowed.
    if (line[at] !== " " && line[at] !== "\t") line = `${line.slice(0, at)} ${line.slice(at)}`;
  }
  const value = numberOf(take(number)?.[1]);
  return name === "" || value === null ? null : { name, labels, value };
}

const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

function numberOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  return special[text.toLowerCase()] ?? null;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}
