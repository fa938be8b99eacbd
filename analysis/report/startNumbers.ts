import type { Analysis, Measured } from "../analysis.ts";
import { countText, numberText } from "../figures/numberText.ts";
import { namedStarts, secondsText, timeToReady } from "../starts.ts";
import { type Html, html } from "./html.ts";
import { card } from "./keyNumbers.ts";

/** The numbers of one start on cards; several starts are side by side in their tables. */
export function startNumbers(analysis: Analysis): Html | null {
  const [start, second] = namedStarts(analysis);
  if (start === undefined || second !== undefined) return null;
  const { phases, values, check, resolutionSeconds } = start.startup;
  const { measured, by } = timeToReady(start.startup);
  const phase = (name: string): Measured =>
    phases.find((one) => one.name === name)?.seconds ?? { value: null, reason: "not read" };
  const seconds = (resolution: number | null) => ({
    format: (value: number) => secondsText(value, resolution),
    unit: "s",
  });
  const log = { ...seconds(resolutionSeconds), where: "by the log" };
  const own = { ...seconds(null), where: "as vLLM measured it" };
  const GiB = { format: numberText, unit: "GiB", where: "as vLLM measured it" };
  const shown = [
    {
      label: "Time to ready",
      measured,
      ...seconds(by === "pod" ? 1 : resolutionSeconds),
      where: by === "pod" ? "container started to pod ready" : "first line of the log to last route",
    },
    { label: "Model loading", measured: phase("Model loading"), ...log },
    { label: "Size in memory", measured: values.loadGiB, ...GiB },
    { label: "torch.compile", measured: values.torchCompileSeconds, ...own },
    { label: "CUDA graph capture", measured: values.graphCaptureSeconds, ...own },
    {
      label: "KV cache",
      measured: values.kvCacheTokens,
      format: countText,
      unit: "tokens",
      where: values.kvCacheGiB.value === null ? "as vLLM measured it" : `${numberText(values.kvCacheGiB.value)} GiB`,
    },
    { label: "All phases together", measured: check.phaseSeconds, ...log },
    { label: "Not explained by a phase", measured: check.unexplainedSeconds, ...log, where: "of the time to ready" },
  ];
  return html`<h2 id="key-numbers">Key numbers</h2>
<dl class="cards">${shown.map(card)}</dl>
`;
}
