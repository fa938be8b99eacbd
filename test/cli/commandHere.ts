import { CommandError } from "../../cli/commandError.ts";

/** What somebody sees of a command. */
export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * A command in this process, without the second that a new one takes to start; how its options are read, and that its
 * code becomes the process's, is for tests that start one.
 * @param environment variables to set; undefined: to remove
 */
export async function commandHere(
  name: string,
  command: () => Promise<number>,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<Answer> {
  const before = { argv: process.argv, env: process.env };
  const said = { out: "", err: "" };
  const [out, err] = [process.stdout.write, process.stderr.write];
  process.argv = [process.execPath, "main.ts", name];
  process.env = { ...process.env };
  for (const [key, value] of Object.entries(environment))
    if (value === undefined) delete process.env[key];
    else process.env[key] = value;
  process.stdout.write = (text: string | Uint8Array) => {
    said.out += text;
    return true;
  };
  process.stderr.write = (text: string | Uint8Array) => {
    said.err += text;
    return true;
  };
  try {
    return { code: await command(), ...said };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { code: error.exitCode, out: said.out, err: `${said.err}error: ${error.message}\n  next: ${error.next}\n` };
  } finally {
    [process.stdout.write, process.stderr.write] = [out, err];
    process.argv = before.argv;
    process.env = before.env;
  }
}
