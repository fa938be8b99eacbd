/** What a profile says and the tool did not do: unknown keys were silently ignored up to v0.6.1 (inference-perf#335, #633). */
const renamed: Readonly<Record<string, string>> = {
  std: "std_dev",
  stddev: "std_dev",
  stdev: "std_dev",
  std_deviation: "std_dev",
};

type Values = Record<string, unknown>;

/** Puts older profiles right. Each warning says what the profile meant and what it did so far. */
export function modernise(values: unknown): { values: unknown; warnings: readonly string[] } {
  const warnings: string[] = [];
  const changed = rename(values, [], warnings);
  if (!isObject(changed)) return { values: changed, warnings };
  warnings.push(...remarks(changed));
  return { values: changed, warnings };
}

function rename(value: unknown, path: readonly string[], warnings: string[]): unknown {
  if (!isObject(value)) return value;
  const lengths = /(_distribution|_len|_per_turn|_per_conversation|_latency_sec|^count|^insertion_point)$/.test(
    path.at(-1) ?? "",
  );
  const entries = Object.entries(value).map(([key, below]): [string, unknown] => {
    const name = lengths && Object.hasOwn(renamed, key) ? (renamed[key] as string) : key;
    if (name === key || name in value) return [key, rename(below, [...path, key], warnings)];
    warnings.push(
      `${[...path, key].join(".")} is read as ${name} ${below}. inference-perf knows no ${key} and up to 0.6.1 ran with its ` +
        "default of 200 instead, so older results of this profile are not comparable.",
    );
    return [name, below];
  });
  return Object.fromEntries(entries);
}

function remarks(values: Values): string[] {
  const { load, report, storage, api } = values as Record<string, Values | undefined>;
  const found: string[] = [];
  if ((load?.type ?? "constant") === "constant" && load?.sweep == null)
    found.push(
      "load.type constant: inference-perf sends at random gaps that add up to the stage's length (conditioned Poisson), not at equal ones.",
    );
  if (load?.type === "poisson")
    found.push("load.type poisson: in inference-perf the last request of every second falls exactly on the second.");
  if ((report?.request_lifecycle as Values | undefined)?.per_request === false)
    found.push("report.request_lifecycle.per_request is turned on: without it there are no request rows.");
  if (storage?.google_cloud_storage != null || storage?.simple_storage_service != null)
    found.push("storage: results go to the run's own folder; nothing is sent to a bucket.");
  if (api?.streaming !== true) found.push("api.streaming is off: there will be no TTFT, TPOT and ITL.");
  return found;
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
