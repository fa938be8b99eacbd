import { spawnSync } from "node:child_process";
import { existsSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { keptBundle } from "../run/keptBundle.ts";
import { projectRoot } from "../run/projectRoot.ts";

/* What `./bench` starts, as `.bench/cli/start.mjs`: the bundle of the project as it is now, never one of yesterday's sources. */

function bundled(): string | null {
  const name = keptBundle(projectRoot, "cli");
  const folder = join(projectRoot, ".bench", "cli", name ?? "");
  if (name === null || !existsSync(join(folder, "main.mjs"))) return null;
  try {
    utimesSync(folder, new Date(), new Date());
  } catch {
    // Of a folder that cannot be written to nothing is removed either.
  }
  return join(folder, "main.mjs");
}

function bundledAgain(): string | null {
  process.stderr.write("set-up: a source has changed; the command line is bundled again, about 3 s\n");
  const { status, stderr } = spawnSync(process.execPath, [join(projectRoot, "cli", "bundle.ts")], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: 120_000,
  });
  const made = status === 0 ? bundled() : null;
  if (made === null) {
    const [why = "a source changed meanwhile"] = stderr
      .split("\n")
      .filter((line) => /^\w*Error\b|\[ERROR\]/.test(line));
    process.stderr.write(`set-up: not bundled (${why.trim()}); the sources are run as they are\n`);
  }
  return made;
}

// The sources say the same, 0.4 s later: where the folder cannot be written to, or one of them is no TypeScript.
const main = bundled() ?? bundledAgain() ?? join(projectRoot, "cli", "main.ts");
await import(pathToFileURL(main).href);
