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
