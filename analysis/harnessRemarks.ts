import type { Run } from "./run.ts";

/** What sent the requests of these runs, with all its versions, e.g. "guidellm 0.7.1". */
export function harnessName(runs: readonly Run[]): string {
  const { harness } = runs[0] as Run;
  const versions = [...new Set(runs.flatMap(({ harnessVersion }) => harnessVersion ?? []))];
  return versions.length === 0 ? harness : `${harness} ${versions.join(", ")}`;
}

/** What a reader must know of the numbers of these runs, each sentence once. */
export function remarksOf(runs: readonly Run[]): string[] {
  const summarised = runs.some(
    ({ requests, stages }) => requests === null && stages.some(({ reported }) => reported !== null),
  );
  const own = summarised
    ? [
        `${runs[0]?.harness} left no request rows: its numbers are those that it computed itself, and percentiles stand ` +
          "also where they rest on few requests",
      ]
    : [];
  return [...new Set([...own, ...runs.flatMap(({ remarks, server }) => [...remarks, ...(server?.remarks ?? [])])])];
}
