import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { build } from "esbuild";
import { isImported, markImported } from "./importedImages.ts";

/**
 * The command that puts a folder into the cluster's image store: `COMMAND NAME FOLDER CONFIG`, where CONFIG is the
 * `config` of an OCI image as a JSON file. Set by whoever gives the cluster; words are separated by blanks.
 */
export const loadImage: string | undefined = process.env.LLMBENCH_TEST_LOAD_IMAGE || undefined;

/** An image of this machine's Node with programs of ours. */
export interface NodeImage {
  /** Tags under which the cluster is to find it, with the entrypoint that it then has. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
  /** Command -> its source file. */
  readonly programs: Readonly<Record<string, string>>;
  readonly environment?: readonly string[];
  /** A number, as kubelets want it for runAsNonRoot; absent: root. */
  readonly user?: string;
}

const pathOfImage = "/usr/local/bin:/usr/bin:/bin";

/** Once in a run of the tests: an image is 120 MB, which take 6 s of CPU, and 20 s where the disk is slow. */
export async function importNodeImage({ tags, programs, environment = [], user }: NodeImage): Promise<void> {
  if (loadImage === undefined) throw new Error("LLMBENCH_TEST_LOAD_IMAGE names no command that loads an image");
  const [command = "", ...words] = loadImage.split(" ");
  const imports = Object.entries(tags)
    .map(([tag, entrypoint]) => ({ tag, entrypoint, madeOf: { entrypoint, programs, environment, user } }))
    .filter(({ tag, madeOf }) => !isImported(tag, madeOf));
  if (imports.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), "llm-bench-image-"));
  try {
    const root = join(folder, "rootfs");
    await makeRoot(root, programs);
    for (const { tag, entrypoint, madeOf } of imports) {
      const config = join(folder, "config.json");
      const of = { Env: [`PATH=${pathOfImage}`, ...environment], Entrypoint: entrypoint, WorkingDir: "/" };
      writeFileSync(config, JSON.stringify(user === undefined ? of : { ...of, User: user }));
      execFileSync(command, [...words, tag, root, config], { stdio: ["ignore", "ignore", "pipe"] });
      markImported(tag, madeOf);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** busybox, this Node, and the programs; readable by any user id, for OpenShift's are random. */
async function makeRoot(root: string, programs: NodeImage["programs"]): Promise<void> {
  for (const part of ["bin", "etc", "opt/stand-in", "usr/local/bin", "usr/bin", "var/tmp", "tmp", "proc", "sys", "dev"])
    mkdirSync(join(root, part), { recursive: true });
  for (const part of ["tmp", "var/tmp"]) chmodSync(join(root, part), 0o1777);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
  writeFileSync(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  addProgram(root, onPath("busybox"), "/bin/busybox");
  for (const applet of execFileSync("busybox", ["--list"], { encoding: "utf8" }).split("\n"))
    if (applet !== "" && applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
  addProgram(root, process.execPath, "/usr/local/bin/node");
  for (const [name, entry] of Object.entries(programs)) {
    await bundle(entry, join(root, `opt/stand-in/${name}.mjs`));
    const shim = join(root, `usr/local/bin/${name}`);
    writeFileSync(shim, `#!/bin/sh\nexec node /opt/stand-in/${name}.mjs "$@"\n`);
    chmodSync(shim, 0o755);
  }
}

/** A program of this machine with the libraries it is linked to. */
function addProgram(root: string, file: string, target: string): void {
  copyFileSync(realpathSync(file), join(root, target));
  chmodSync(join(root, target), 0o755);
  const linked = execFileSync("sh", ["-c", 'ldd "$0" 2>/dev/null || true', file], { encoding: "utf8" });
  for (const [library] of linked.matchAll(/\/[^ ]+/g)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(realpathSync(library), join(root, library));
    chmodSync(join(root, library), 0o755);
  }
}

function onPath(program: string): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const folder of folders) {
    try {
      return realpathSync(join(folder, program));
    } catch {}
  }
  throw new Error(`${program} is not on PATH; the image is made of it`);
}

async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    minify: true,
    banner: {
      js: 'import{createRequire as standInRequire}from"node:module";const require=standInRequire(import.meta.url);',
    },
    tsconfigRaw: "{}",
    logLevel: "silent",
  });
}
