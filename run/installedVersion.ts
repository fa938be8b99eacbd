import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { HarnessAdapter } from "../workloads/adapter.ts";
import { installedAt } from "./executable.ts";

type Tool = Pick<HarnessAdapter, "name" | "executable" | "install" | "version">;

/**
 * Version of the harness that this machine has, by the folder that every Python installer leaves beside the code
 * (`guidellm-0.7.3.dist-info`; PyPA, "Recording installed projects"). Asking the program itself takes up to 20 s of imports,
 * and each preview needs it for the run's id. null: not installed, or it cannot be told.
 */
export function installedVersion(tool: Tool, env: NodeJS.ProcessEnv = process.env): string | null {
  try {
    const path = installedAt(tool, env);
    if (path === null) return null;
    const name = normal(tool.executable);
    const found = packageFolders(path).flatMap((folder) =>
      readdirSync(folder).flatMap((entry) => {
        const [, project, version] = /^(.+?)-([^-]+)\.dist-info$/.exec(entry) ?? [];
        return project !== undefined && version !== undefined && normal(project) === name ? [version] : [];
      }),
    );
    const versions = new Set(found);
    return versions.size === 1 ? (found[0] as string) : null;
  } catch {
    // What the run itself will say, or a folder that may not be read.
    return null;
  }
}

/** The version that is here where that is not the pinned one; what is built for one kind of machine (`0.32.0+cpu`) is the same. */
export function otherVersion(tool: Tool, env: NodeJS.ProcessEnv = process.env): string | null {
  const version = installedVersion(tool, env);
  return version === null || version.replace(/\+.*$/, "") === tool.version ? null : version;
}

/** One sentence, or none. */
export function versionWarning(tool: Tool): string[] {
  const other = otherVersion(tool);
  if (other === null) return [];
  return [
    `${tool.name} ${other} is installed here, and profiles are checked for ${tool.version}; for that: ${tool.install}`,
  ];
}

/** Of the interpreter that the program names in its first lines. */
function packageFolders(program: string): string[] {
  const interpreter = /(?:^#!|^'''exec' )"?(\/[^\s"]*python[^\s"]*)/m.exec(firstBytes(program))?.[1];
  if (interpreter === undefined) return [];
  // A virtual environment is where the interpreter's name lies, not where its link leads to.
  const prefix = dirname(dirname(interpreter));
  const own = /python3\.\d+$/.exec(basename(existsSync(interpreter) ? realpathSync(interpreter) : interpreter))?.[0];
  // pip without root installs beside the program, Debian's below /usr/local.
  const prefixes = new Set([prefix, dirname(dirname(realpathSync(program))), join(prefix, "local")]);
  const folders = [...prefixes].flatMap((at) =>
    ["lib", "lib64"].flatMap((lib) => {
      const libraries = join(at, lib);
      const names = existsSync(libraries) ? readdirSync(libraries).filter((name) => /^python3/.test(name)) : [];
      const pythons = own !== undefined && names.includes(own) ? [own, "python3"] : names;
      return pythons.flatMap((python) =>
        ["site-packages", "dist-packages"].map((kind) => join(libraries, python, kind)),
      );
    }),
  );
  return [...new Set(folders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder)))];
}

function firstBytes(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(1024);
    return bytes.toString("latin1", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** As installers compare names: `inference_perf` is inference-perf. */
function normal(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}
