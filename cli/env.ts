import { dirname } from "node:path";
import { backendEnvironment } from "./backend.ts";
import { commandFolder, ensureLanguageHost, pulumiCommand } from "./pulumiCli.ts";

/** `./bench env`: shell lines that point a plain `pulumi` at the state, CLI and Node that `./bench` uses. */
export async function env(): Promise<number> {
  const command = await pulumiCommand();
  const languageHost = await ensureLanguageHost(command);
  const folders = [dirname(process.execPath), ...(command.command === "pulumi" ? [] : [commandFolder(command)])];
  const lines = Object.entries(backendEnvironment()).map(([key, value]) => `export ${key}=${quote(value)}`);
  process.stdout.write(`${[`export PATH=${quote(folders.join(":"))}:"$PATH"`, ...lines].join("\n")}\n`);
  if (!languageHost) {
    process.stderr.write(
      "# note: this pulumi has no pulumi-language-nodejs beside it, so a plain `pulumi up` cannot run the program;\n" +
        "#       an ordinary installation of Pulumi brings it. ./bench itself needs none.\n",
    );
  }
  return 0;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
