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
    .filter((line) => /^\s*error:/i.test(line))
    .map((line) => line.trim().replace(/^error:\s*/i, ""))
    // Its verdict, which follows what it complained of.
    .filter((line) => !/^(update|preview|destroy|refresh) failed$/.test(line));
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
    says: /object is being deleted: (\w+)\S* \\?"([^"\\\n]+)\\?" already exists/,
    explain: ([, kind, name], stack) => stillGoing(`${kind} "${name}"`, stack),
  },
  {
    says: /unable to create new content in namespace (\S+) because it is being terminated/,
    explain: ([, name], stack) => stillGoing(`namespace "${name}"`, stack),
  },
  {
    says: /(\w+)\S* \\?"([^"\\\n]+)\\?" already exists/,
    explain: ([, kind, name], stack) =>
      new CommandError(
        `${kind} "${name}" is in the cluster already and does not belong to stack "${stack}"`,
        kind === "namespaces"
          ? "set cluster.createNamespace to false to use it as it is, or choose another cluster.namespace"
          : "another stack, or somebody else, uses this namespace: choose another cluster.namespace",
      ),
  },
  {
    says: /is forbidden: (User \\?"[^\n]*? cannot \w+ resource [^\n]*)/,
    explain: ([, line], stack) =>
      new CommandError(
        `the cluster refuses it: ${line?.replaceAll('\\"', '"').trim()}`,
        `ask for this right, or log in as somebody who has it; ./bench preview ${stack} lists all that are missing`,
      ),
  },
  {
    says: /another operation \(install\/upgrade\/rollback\) is in progress|cannot re-use a name that is still in use/,
    explain: (_match, stack, text) => {
      const release = /Release "?([\w-]+\/[\w-]+)"?|:helm\.sh\/v3:Release::?\s*(\S+)/.exec(text);
      const which = release?.[1] ?? release?.[2];
      return new CommandError(
        `Helm holds a release of stack "${stack}"${which ? ` (${which})` : ""} to be installed or upgraded by somebody else: a command that was killed left it so, and its record could not be read or is not of this stack`,
        `list and delete Secrets of the namespace is the right that ./bench up needs to mend it; by hand: kubectl get secrets -l owner=helm, delete the one whose status is pending-*, and run ./bench up ${stack} again`,
      );
    },
  },
  {
    says: /\\?"([\w-]+)\\?" has no deployed releases/,
    explain: ([, name], stack) =>
      new CommandError(
        `release ${name} of stack "${stack}" is not in the cluster any more: somebody else uninstalled it`,
        `./bench destroy ${stack}, then ./bench up ${stack} again; results stay`,
      ),
  },
  {
    says: /value \{([^}\n]+)\} has a problem: ([^\n]*?); check the chart name and repository configuration/,
    explain: ([, chart, words], stack) =>
      new CommandError(
        `chart ${chart} of stack "${stack}" cannot be had: ${words}`,
        "its home is asked from this machine; where that is closed, set llmd.charts to a folder with the charts, or to a mirror (docs/llm-d.md)",
      ),
  },
  {
    says: /cluster is unreachable[^\n]*|due to unreachable cluster[^\n]*/,
    explain: ([line], stack) =>
      new CommandError(
        `the cluster of stack "${stack}" cannot be reached: ${line}`,
        `try kubectl cluster-info; if the cluster is gone for good: ./bench destroy ${stack} --cluster-gone`,
      ),
  },
  {
    says: /no resource plugin '(?:pulumi-resource-)?([\w-]+)' found in the workspace at version v?([\d.]+\w*)/,
    explain: ([, name, version]) =>
      new MissingPlugin(
        `the provider ${name} v${version} of the Pulumi engine is not installed`,
        pluginNext(name, version),
      ),
  },
  {
    says: /([^\n]*(?:no resource plugin|could not load plugin|failed to (?:load|download) plugin|error downloading plugin)[^\n]*)/i,
    explain: ([line]) =>
      new MissingPlugin(
        `the engine lacks a provider plugin: ${line?.trim().replace(/^error:\s*/i, "")}`,
        pluginNext("NAME", "VERSION"),
      ),
  },
];

function stillGoing(what: string, stack: string): CommandError {
  return new CommandError(
    `${what} of stack "${stack}" is still being deleted: a claim or a namespace goes when the last pod that uses it has gone`,
    `run ./bench up ${stack} again in a minute; if it stays, ./bench destroy ${stack} first`,
  );
}

/** How a provider comes to be on this machine. */
export function pluginNext(name = "NAME", version = "VERSION"): string {
  return `it comes from the internet at first use; on a closed network: pulumi plugin install resource ${name} ${version} --file ARCHIVE`;
}
