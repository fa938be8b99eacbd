import { execFile } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../run/projectRoot.ts";
import { CommandError } from "./commandError.ts";
import { withElapsed } from "./liveLine.ts";

const run = promisify(execFile);

export interface GoProgram {
  readonly what: string;
  /** Folder with the go.mod that pins it, below the project. */
  readonly module: string;
  readonly package: string;
  readonly ldflags: string;
  readonly output: string;
  readonly usualSeconds: number;
}

/** Builds a program from a pinned Go module, for networks that reach a module proxy and nothing else. */
export async function goBuild(program: GoProgram): Promise<void> {
  const partial = `${program.output}.partial-${process.pid}`;
  mkdirSync(dirname(program.output), { recursive: true });
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", program.ldflags, "-o", partial];
  const args = ["build", "-C", join(projectRoot, program.module), ...flags, program.package];
  try {
    const build = run("go", args, { timeout: 30 * 60_000, maxBuffer: 1 << 26 });
    await withElapsed(`building ${program.what}`, program.usualSeconds, build);
    // A rename, so that a build that was cut off never looks like a program.
    renameSync(partial, program.output);
  } catch (error) {
    rmSync(partial, { force: true });
    const stderr = (error as { stderr?: string }).stderr || String(error);
    throw new CommandError(
      `${program.what} could not be built: ${stderr.trim().split("\n").slice(-3).join(" | ")}`,
      "check that `go version` is 1.26 or later and that its module proxy can be reached (go env GOPROXY), and run this again",
    );
  }
}
