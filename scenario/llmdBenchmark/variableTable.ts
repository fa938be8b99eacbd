import { groups } from "./carriers.ts";
import { differingDefaults } from "./defaults.ts";
import { withoutMeaning } from "./withoutMeaning.ts";

/** The tables of docs/llm-d-benchmark.md, made of what the converter goes by; a test holds the page to them. */
export const variableTables: Readonly<Record<string, () => string>> = {
  variables: () =>
    groups
      .map(({ title, carriers }) => {
        const rows = carriers.map(({ variables, key, how }) => [
          code(short(variables)),
          code(key.split(", ")),
          cell(how),
        ]);
        return `### ${title}\n\n${table(["variable (without `LLMDBENCH_`)", "key", "how"], rows)}`;
      })
      .join("\n\n"),
  without: () =>
    table(
      ["variable (without `LLMDBENCH_`)", "why"],
      withoutMeaning.map(({ shown, why }) => [code(split(shown)), cell(why)]),
    ),
  defaults: () =>
    table(
      ["key", "variable", "there", "here", "why"],
      differingDefaults().map(({ key, from, there, here, why }) => [
        code(key.split(", ")),
        cell(from),
        cell(there),
        cell(here),
        cell(why),
      ]),
    ),
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
const cell = (text: string) => text.replaceAll("|", "\\|");

/** At commas, but not within braces or brackets. */
const split = (names: string) => names.split(/, (?![^{(]*[})])/);

/** Names that differ in one word only, such as those of the scorers, are one pattern. */
function short(variables: readonly string[]): readonly string[] {
  if (variables.length <= 8) return variables;
  return [
    ...new Set(
      variables.map((name) =>
        name
          .replace(/_(PREFIX|LOAD|KVCACHE)_AWARE/, "_{PREFIX,LOAD,KVCACHE}_AWARE")
          .replace(/EPP_(DECODE|PREFILL)_ENABLE/, "EPP_{DECODE,PREFILL}_ENABLE"),
      ),
    ),
  ];
}
