import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { keptBundle } from "../run/keptBundle.ts";
import { projectRoot } from "../run/projectRoot.ts";

/* What `./bench` starts, as `.bench/cli/start.mjs`: the bundle of the project as it is now, never one of yesterday's sources. */

function bundled(): string | null {
  const folder = keptBundle(projectRoot, "cli");
  const main = join(projectRoot, ".bench", "cli", folder ?? "", "main.mjs");
  return folder !== null && existsSync(main) ? main : null;
}

function bundledAgain(): string | null {
  process.stderr.write("set-up: a source has changed; the command line is bundled again, about 3 s\n");
  const { status } = spawnSync(process.execPath, [join(projectRoot, "cli", "bundle.ts")], {
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 120_000,
  });
  return status === 0 ? bundled() : null;
}

// The sources say the same, half a second later: where the folder cannot be written to, or one of them is no TypeScript.
const main = bundled() ?? bundledAgain() ?? join(projectRoot, "cli", "main.ts");
await import(pathToFileURL(main).href);
