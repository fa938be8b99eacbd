import type { SystemAnalysis } from "../analysis.ts";

export interface RemarkGroup {
  /** E.g. "guidellm 0.7.1". */
  readonly harness: string;
  readonly heading: string;
  readonly remarks: readonly string[];
}

/** Remarks by harness, each once however many systems it loaded; harnesses without any are left out. */
export function remarkGroups(systems: readonly SystemAnalysis[]): RemarkGroup[] {
  const groups = new Map<string, Set<string>>();
  for (const { harness = "the load generator", remarks = [] } of systems) {
    const group = groups.get(harness) ?? new Set<string>();
    groups.set(harness, group);
    for (const remark of remarks) group.add(remark);
  }
  return [...groups]
    .filter(([, remarks]) => remarks.size > 0)
    .map(([harness, remarks]) => ({
      harness,
      heading: `What to know of the numbers by ${harness}`,
      remarks: [...remarks],
    }));
}
