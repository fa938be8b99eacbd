import { CommandError } from "./commandError.ts";

/** Turns what the engine says into one message with a next step; anything unknown keeps the engine's own words. */
export function explainEngineError(error: unknown, stack: string): Error {
  const text =
    String((error as { stderr?: string }).stderr ?? "") + String(error instanceof Error ? error.message : error);
  if (/currently locked by/.test(text)) {
    const holder = /created by ([^\n]+)/.exec(text)?.[1]?.trim() ?? "another process";
    return new CommandError(
      `the state of stack "${stack}" is locked: ${holder}; another command is at work, or one was killed before it could unlock`,
      `if none is at work, free it with: ./bench cancel ${stack}`,
    );
  }
  if (/incorrect passphrase/.test(text)) {
    return new CommandError(
      `the passphrase does not open the secrets of stack "${stack}"`,
      "restore .bench/passphrase, or set PULUMI_CONFIG_PASSPHRASE to the one that encrypted them",
    );
  }
  const existing =
    /resource "?([^"\n]*?)"? was not successfully created.*already exists|(\S+) "([^"]+)" already exists/.exec(text);
  if (existing) {
    const what = existing[2] ? `${existing[2]} ${existing[3]}` : existing[1];
    return new CommandError(
      `${what} exists in the cluster already and does not belong to stack "${stack}"`,
      "choose another cluster.namespace, or set cluster.createNamespace to false where only the namespace is there",
    );
  }
  if (/configured Kubernetes cluster is unreachable|cluster is unreachable/.test(text)) {
    return new CommandError(
      `the cluster of stack "${stack}" cannot be reached: ${reason(text)}`,
      `check the network and kubectl cluster-info; if the cluster is gone for good: ./bench destroy ${stack} --cluster-gone`,
    );
  }
  if (/no resource plugin|could not load plugin|failed to download plugin|downloading plugin/i.test(text)) {
    const plugin = /pulumi-resource-([a-z]+)|plugin '?([a-z]+)'?/i.exec(text);
    return new CommandError(
      `the engine could not get its plugin for ${plugin?.[1] ?? plugin?.[2] ?? "a provider"}: ${reason(text)}`,
      "plugins come from the internet at first use; on a closed network: pulumi plugin install resource NAME VERSION --file",
    );
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

/** The line that says most: the last one with "error". */
function reason(text: string): string {
  const lines = text.split("\n").filter((line) => /error/i.test(line));
  return (lines.at(-1) ?? text)
    .trim()
    .replace(/^error:\s*/i, "")
    .slice(0, 300);
}
