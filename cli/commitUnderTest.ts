import { execFileSync } from "node:child_process";

/** What CI systems say they are building; else the checkout that the command was called in; null: none. */
export function commitUnderTest(environment: NodeJS.ProcessEnv = process.env): string | null {
  const { GITHUB_SHA, CI_COMMIT_SHA, BUILD_SOURCEVERSION } = environment;
  const told = GITHUB_SHA || CI_COMMIT_SHA || BUILD_SOURCEVERSION;
  if (told) return told.slice(0, 12);
  try {
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}
