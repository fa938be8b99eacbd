import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
// Not the whole Automation API, which would be loaded before the CLI is asked for its version.
import { PulumiCommand } from "@pulumi/pulumi/automation/cmd.js";
import * as semver from "semver";
import { projectRoot } from "../run/projectRoot.ts";
import { askedCli } from "./askedCli.ts";
import { CommandError } from "./commandError.ts";
import { goBuild } from "./goBuild.ts";
import { withElapsed } from "./liveLine.ts";

const installerHost = "https://get.pulumi.com/";

/** The one version of the CLI that the project uses, pinned where Go can build it. */
export function pinnedVersion(): semver.SemVer {
  const goMod = readFileSync(join(projectRoot, "tools", "go.mod"), "utf8");
  return new semver.SemVer(/^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/m.exec(goMod)?.[1] ?? "");
}

/** Where a CLI of ours is kept: per version in the user's cache, so that all clones share it. */
function cachedRoot(): string {
  const cache =
    process.env.LLMBENCH_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llm-bench");
  return join(cache, `pulumi-${pinnedVersion()}`);
}

/** The CLI to use: on PATH and new enough, else the cached one, else installed now. Never asks. */
export async function pulumiCommand(): Promise<PulumiCommand> {
  const installed = await installedCommand();
  if (installed !== null) return installed;
  const version = pinnedVersion();
  const root = cachedRoot();
  const reason = await download(root, version);
  if (reason !== null) await build(root, version, reason);
  return askedCli(root, version);
}

/** What is there already, or null; installs nothing. */
export async function installedCommand(): Promise<PulumiCommand | null> {
  const version = pinnedVersion();
  const onPath = has("pulumi") ? await PulumiCommand.get({ version }).catch(() => null) : null;
  return onPath ?? (await askedCli(cachedRoot(), version).catch(() => null));
}

/** The official installer, through the Automation API. Returns why it could not be used, or null. */
async function download(root: string, version: semver.SemVer): Promise<string | null> {
  const probe = await fetch(installerHost, { method: "HEAD", signal: AbortSignal.timeout(5000) }).catch(() => null);
  if (probe === null || !probe.ok) return `${installerHost} cannot be reached`;
  try {
    await withElapsed(`installing the Pulumi CLI ${version}`, 30, PulumiCommand.install({ root, version }));
    return null;
  } catch (error) {
    return `the official installer failed (${String(error instanceof Error ? error.message : error).split("\n")[0]})`;
  }
}

async function build(root: string, version: semver.SemVer, reason: string): Promise<void> {
  if (!has("go")) {
    throw new CommandError(
      `the Pulumi CLI ${version} is not installed and cannot be: ${reason}, and there is no Go on PATH to build it with`,
      "install Pulumi (https://www.pulumi.com/docs/install/) or Go 1.26 or later, and run this again",
    );
  }
  process.stderr.write(`set-up: building the Pulumi CLI ${version} with Go, since ${reason} (once per user)\n`);
  await goBuild({
    what: `the Pulumi CLI ${version}`,
    module: "tools",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
    output: join(root, "bin", "pulumi"),
    usualSeconds: 400,
  });
}

/** Folder of the CLI's program file; links are followed, because that is where the engine looks for language hosts. */
export function commandFolder(command: PulumiCommand): string {
  return dirname(realpathSync(command.command === "pulumi" ? (onPath("pulumi") ?? "pulumi") : command.command));
}

/** The language host that a plain `pulumi` needs beside the CLI; `./bench` itself needs none. */
export function hasLanguageHost(command: PulumiCommand): boolean {
  return existsSync(join(commandFolder(command), "pulumi-language-nodejs")) || has("pulumi-language-nodejs");
}

/** Puts a language host beside a CLI that we built ourselves. Returns false where that cannot be done. */
export async function ensureLanguageHost(command: PulumiCommand): Promise<boolean> {
  if (hasLanguageHost(command)) return true;
  if (!command.command.startsWith(cachedRoot()) || !has("go")) return false;
  await goBuild({
    what: "the Node.js language host of Pulumi",
    module: "tools/language-host",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    ldflags: "-s -w",
    output: join(cachedRoot(), "bin", "pulumi-language-nodejs"),
    usualSeconds: 60,
  });
  return true;
}

export function has(program: string): boolean {
  return onPath(program) !== null;
}

function onPath(program: string): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file)) ?? null;
}
