type Changes = Readonly<Record<string, unknown>>;

/** As utils/arg_string.py@v0.7.3 splits a path; what it would read otherwise than we is refused. */
const pathForm = /^[A-Za-z]\w*(\[\d{1,2}\])?(\.[A-Za-z]\w*(\[\d{1,2}\])?)*$/;

/**
 * What guidellm makes of `spec` for each entry of `benchmarks` (BenchmarkScenario in benchmark/schemas/entrypoints.py@v0.7.3): the first entry
 * is laid over the spec itself, so that the others have its values too where they say nothing else.
 */
export function benchmarkSpecs<Spec extends object>(
  spec: Spec,
  benchmarks: readonly (Changes | null)[] = [null],
): readonly Spec[] {
  const shared = overridden(spec, benchmarks[0] ?? {});
  return benchmarks.map((changes) => overridden(shared, changes ?? {}));
}

/** Why a path may not be in an entry; null: it may. The entries reach the tool as they stand, after our own values. */
export function refusedPath(path: string): string | null {
  if (!pathForm.test(path)) return `"${path}" is no path under spec such as profile.streams or constraints[0].count`;
  const [section] = path.split(/[.[]/);
  if (section === "backend")
    return `"${path}" is the target's: the run's own target is measured, its key goes by apiKeys`;
  if (section === "outputs") return `"${path}": its outputs are ours, so that the files are where they are looked for`;
  return null;
}

function overridden<Spec extends object>(spec: Spec, changes: Changes): Spec {
  const copy = structuredClone(spec);
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
    let place = copy as Record<string, unknown>;
    for (const [index, step] of steps.slice(0, -1).entries()) {
      const isList = /^\d+$/.test(steps[index + 1] as string);
      if (typeof place[step] !== "object" || place[step] === null) place[step] = isList ? [] : {};
      place = place[step] as Record<string, unknown>;
    }
    place[steps.at(-1) as string] = structuredClone(value);
  }
  return copy;
}
