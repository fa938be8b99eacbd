/** As long as a cell of a table may be. */
const LONGEST = 120;

/** What a key of this name holds, or an argument after it, is never printed. */
const SECRET = /(api[-_]?key|token|secret|password|passwd|authorization|credentials?)$/i;
const SECRET_ARGUMENT = /(--?[\w-]*(?:key|token|secret|password|passwd))([ =]+)\S+/gi;

/**
 * Settings as path -> short text ("engine.maxNumSeqs" -> "256"). Lists of plain values are one text; null is "none".
 * @param noise keys that are left out, wherever they stand
 */
export function flattened(settings: object, noise: ReadonlySet<string>): Map<string, string> {
  const texts = new Map<string, string>();
  collect(settings, "", noise, texts);
  return texts;
}

function collect(value: unknown, path: string, noise: ReadonlySet<string>, into: Map<string, string>): void {
  if (isPlainObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined || noise.has(key) || SECRET.test(key)) continue;
      collect(inner, path === "" ? key : `${path}.${key}`, noise, into);
    }
  } else if (Array.isArray(value) && value.some(isPlainObject)) {
    for (const [index, inner] of value.entries()) collect(inner, `${path}.${index}`, noise, into);
  } else {
    into.set(path, settingText(value));
  }
}

export function settingText(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "none";
  const text = Array.isArray(value) ? value.map(String).join(value.some(isArgument) ? " " : ", ") : String(value);
  const safe = text.replace(SECRET_ARGUMENT, "$1$2***");
  return safe.length <= LONGEST ? safe : `${safe.slice(0, LONGEST - 3)}...`;
}

function isArgument(value: unknown): boolean {
  return typeof value === "string" && value.startsWith("-");
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
