import { CommandError } from "./commandError.ts";

/** The engine could not load a provider: up and destroy cannot do without it, a dry run can. */
export class MissingPlugin extends CommandError {}

/** Turns what the engine says into one message with a next step; anything unknown keeps the engine's own words. */
export function explainEngineError(error: unknown, stack: string): Error {
  const text =
    String((error as { stderr?: string }).stderr ?? "") + String(error instanceof Error ? error.message : error);
  for (const { says, explain } of known) {
    const match = says.exec(text);
    if (match) return explain(match, stack, text);
  }
  const diagnostics = text
    .split("\n")
    .filter((line) => /^\s*(error:|code:)/i.test(line))
    .map((line) => line.trim().replace(/^error:\s*/i, ""));
  const message = [...new Set(diagnostics)].join("\n  ") || text.trim();
  return new CommandError(
    `the engine failed:\n  ${message}`,
    `./bench preview ${stack} --verbose shows all that it says`,
  );
}

interface Known {
  readonly says: RegExp;
  explain(match: RegExpExecArray, stack: string, text: string): CommandError;
}

const known: readonly Known[] = [
  {
    says: /currently locked by/,
    explain: (_match, stack, text) => {
      const holder = /created by ([^\n]+)/.exec(text)?.[1]?.trim() ?? "another process";
      return new CommandError(
        `the state of stack "${stack}" is locked: ${holder}; another command is at work, or one was killed before it could unlock`,
        `if none is at work, free it with: ./bench cancel ${stack}`,
      );
    },
  },
  {
    says: /incorrect passphrase/,
    explain: (_match, stack) =>
      new CommandError(
        `the passphrase does not open the secrets of stack "${stack}"`,
        "restore .bench/passphrase, or set PULUMI_CONFIG_PASSPHRASE to the one that encrypted them",
      ),
  },
  {
    says: /(\w+)[^\n]{0,4}"([^"\\\n]+)\\?"[^\n]*object is being deleted/,
    explain: ([, kind, name], stack) =>
      new CommandError(
        `${kind} "${name}" of stack "${stack}" is still being deleted: a claim or a namespace goes when the last pod that uses it has gone`,
        `run ./bench up ${stack} again in a minute; if it stays, ./bench destroy ${stack} first`,
      ),
  },
  {
    says: /(\w+) \\?"([^"\\\n]+)\\?" already exists/,
    explain: ([, kind, name], stack) =>
      new CommandError(
        `${kind} "${name}" is in the cluster already and does not belong to stack "${stack}"`,
        kind === "namespaces"
          ? "set cluster.createNamespace to false to use it as it is, or choose another cluster.namespace"
          : "another stack, or somebody else, uses this namespace: choose another cluster.namespace",
      ),
  },
  {
    says: /(configured Kubernetes cluster is unreachable|cluster is unreachable)[^\n]*/,
    explain: ([line], stack) =>
      new CommandError(
        `the cluster of stack "${stack}" cannot be reached: ${line}`,
        `try kubectl cluster-info; if the cluster is gone for good: ./bench destroy ${stack} --cluster-gone`,
      ),
  },
  {
    says: /([^\n]*(?:no resource plugin|could not load plugin|failed to (?:load|download) plugin|error downloading plugin)[^\n]*)/i,
    explain: ([line]) =>
      new MissingPlugin(
        `the engine lacks a provider plugin: ${line?.trim().replace(/^error:\s*/i, "")}`,
        "plugins come from the internet at first use; on a closed network put them in place with: pulumi plugin install resource NAME VERSION --file",
      ),
  },
];
