/** Most of inference-perf's rows are texts that nobody reads: with short ones more of a damage falls on what is read. */
export function shortLifecycleRows(rows: unknown): unknown {
  const short = (key: string, value: unknown) => {
    if (key === "response" && typeof value === "string") return value.slice(0, 20);
    return key === "response_chunks" && Array.isArray(value) ? value.slice(0, 1) : value;
  };
  return JSON.parse(JSON.stringify(rows, short));
}
