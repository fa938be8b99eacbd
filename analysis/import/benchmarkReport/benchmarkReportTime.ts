import { numberOf, valueAt } from "../json/looseJson.ts";

export interface ReportTime {
  /** Since 1970; null: the report does not tell. */
  readonly startMs: number | null;
  /** Of the measurement; null: the report does not tell. */
  readonly seconds: number | null;
}

/** Seconds since 1970, and seconds. */
export function time01(document: unknown): ReportTime {
  const at = (key: string) => numberOf(valueAt(document, "metrics", "time", key));
  return timeOf(1000 * at("start"), 1000 * at("stop"), at("duration"));
}

/** ISO 8601, also for the duration. */
export function time02(document: unknown): ReportTime {
  const at = (key: string) => valueAt(document, "run", "time", key);
  return timeOf(moment(at("start")), moment(at("end")), isoSeconds(at("duration")));
}

function timeOf(start: number, end: number, told: number): ReportTime {
  const between = (end - start) / 1000;
  const known = start > 0 ? start : end - 1000 * told;
  const seconds = told > 0 ? told : between > 0 ? between : Number.NaN;
  return {
    startMs: known > 0 && known < LATEST ? known : null,
    seconds: seconds < LONGEST_SECONDS ? seconds : null,
  };
}

/** The year 2200, and a year: what is beyond is damaged. */
const LATEST = Date.UTC(2200, 0, 1);
const LONGEST_SECONDS = 366 * 86_400;

/** A moment without a zone is taken as UTC, as the clocks in pods are. */
function moment(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value !== "string") return Number.NaN;
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(value.trim()) ? value : `${value.trim().replace(" ", "T")}Z`);
}

/** PT1H2M3.5S as seconds; days count, months and years are of no fixed length. */
function isoSeconds(value: unknown): number {
  if (typeof value !== "string") return Number.NaN;
  const match = /^P(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(
    value,
  );
  if (match === null || value.length < 3) return Number.NaN;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
