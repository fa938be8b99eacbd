import { dump } from "js-yaml";
import type { Converted } from "./convert.ts";
import { sentences } from "./sentences.ts";

/** Keys that a reader looks for first. */
const order = ["platform", "gpu", "gpuCount", "model", "method", "targets", "llmd", "engine", "harness", "workload"];

/** Text of the stack file, with what was left out as comments: whoever opens it later has not seen the terminal. */
export function stackText({ config, rows }: Converted, source: string): string {
  const keys = [...order.filter((key) => key in config), ...Object.keys(config).filter((key) => !order.includes(key))];
  const qualified = Object.fromEntries(keys.map((key) => [`llm-bench:${key}`, config[key]]));
  const lost = sentences(rows.filter(({ status }) => status === "not carried")).map((sentence) => `#   ${sentence}`);
  const comments = lost.length === 0 ? "" : `# Not carried:\n${lost.join("\n")}\n`;
  return `# yaml-language-server: $schema=./schema/stack.schema.json
# Written by ./bench convert from ${source} of llm-d-benchmark; yours to change.
${comments}${dump({ config: qualified }, { lineWidth: 120, noRefs: true })}`;
}
