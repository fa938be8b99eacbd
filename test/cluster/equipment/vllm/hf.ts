import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findModel } from "../../../../scenario/models.ts";

const weightsBytes = 2 ** 20;

/** `hf download REPO --local-dir DIR`: a config.json and a small file in place of the weights; the hub's words on failure. */
function main(args: readonly string[]): void {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { "local-dir": { type: "string" }, revision: { type: "string" }, exclude: { type: "string" } },
  });
  const [command, repository, ...rest] = positionals;
  const folder = values["local-dir"];
  if (command !== "download" || repository === undefined || rest.length > 0 || folder === undefined)
    throw new Error("usage: hf download REPO_ID --local-dir DIR [--revision REVISION] [--exclude PATTERN]");
  const model = findModel(repository);
  if (model === undefined || model.name !== repository)
    throw new HubError(
      `404 Client Error. Repository Not Found for url: https://huggingface.co/api/models/${repository}`,
    );
  if (model.gated && !process.env.HF_TOKEN)
    throw new HubError(
      `401 Client Error. Access to model ${repository} is restricted. You must be authenticated to access it.`,
    );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), `${JSON.stringify({ _name_or_path: repository })}\n`);
  writeFileSync(join(folder, "model-00001-of-00001.safetensors"), Buffer.alloc(weightsBytes));
  process.stdout.write(`${folder}\n`);
}

/** What the hub answered; the program ends with 1, and with 2 only when it was called wrongly. */
class HubError extends Error {}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = error instanceof HubError ? 1 : 2;
}
