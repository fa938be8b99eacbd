/** Of engines, their routers, their GPUs' exporter, and the process itself; the analysis chooses from these. */
const wanted = [
  "vllm:",
  "process_",
  "DCGM_FI_",
  "llm_d_epp_",
  "llm_d_inference_scheduler_",
  "inference_pool_",
  "inference_objective_",
  "inference_extension_",
];
/** Buckets are nine lines of ten, and quantiles from them are off by a fifth; when a series began tells nothing here. */
const dropped = /_bucket$|_created$/;
/** A router names every endpoint in every family: what hundreds of them say must not fill the memory. */
export const LONGEST_TEXT = 256 * 1024;

/** The lines of an exposition that are kept, as they are. Nothing is parsed while requests are under way. */
export function wantedLines(page: string): { readonly text: string; readonly cut: boolean } {
  let text = "";
  for (let start = 0; start < page.length; ) {
    const lineEnd = page.indexOf("\n", start);
    const end = lineEnd < 0 ? page.length : lineEnd;
    if (isWanted(page, start, end)) {
      if (text.length + end - start > LONGEST_TEXT) return { text, cut: true };
      text += `${page.slice(start, end)}\n`;
    }
    start = end + 1;
  }
  return { text, cut: false };
}

function isWanted(page: string, start: number, end: number): boolean {
  if (!wanted.some((prefix) => page.startsWith(prefix, start))) return false;
  let nameEnd = start;
  // Up to the labels or the value.
  while (nameEnd < end && page[nameEnd] !== "{" && page[nameEnd] !== " ") nameEnd++;
  return !dropped.test(page.slice(start, nameEnd));
}
