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
import { DEFAULT_IMAGE, DEFAULT_VERSION } from "../../../../scenario/engine.ts";

export const vllmImage = `${DEFAULT_IMAGE}:${DEFAULT_VERSION}`;

/**
 * The command that puts a folder into the cluster's image store: `COMMAND NAME FOLDER CONFIG`, where CONFIG is the
 * `config` of an OCI image as a JSON file. Set by whoever gives the cluster; words are separated by blanks.
 */
export const loadImage: string | undefined = process.env.LLMBENCH_TEST_LOAD_IMAGE || undefined;

const pathOfImage = "/usr/local/bin:/usr/bin:/bin";

/**
 * Puts the stand-in engine into the cluster under the tag of the vLLM that the project pins. One image stands for one
 * kind of GPU at a time, since nothing in a pod says which card it would have.
 * @param gpu a name of the catalogue of GPUs
 */
export async function importVllmImage(gpu: string): Promise<void> {
  if (loadImage === undefined) throw new Error("LLMBENCH_TEST_LOAD_IMAGE names no command that loads an image");
  const folder = mkdtempSync(join(tmpdir(), "llm-bench-image-"));
  try {
    const root = join(folder, "rootfs");
    await makeRoot(root);
    const config = join(folder, "config.json");
    const environment = [`PATH=${pathOfImage}`, `LLMBENCH_STAND_IN_GPU=${gpu}`];
    writeFileSync(config, JSON.stringify({ Env: environment, Entrypoint: ["vllm", "serve"], WorkingDir: "/" }));
    const [command = "", ...words] = loadImage.split(" ");
    execFileSync(command, [...words, vllmImage, root, config], { stdio: ["ignore", "ignore", "pipe"] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** busybox, this Node, and the programs `vllm` and `hf`; readable by any user id, for OpenShift's are random. */
async function makeRoot(root: string): Promise<void> {
  for (const part of ["bin", "etc", "opt/stand-in", "usr/local/bin", "usr/bin", "var/tmp", "tmp", "proc", "sys", "dev"])
    mkdirSync(join(root, part), { recursive: true });
  for (const part of ["tmp", "var/tmp"]) chmodSync(join(root, part), 0o1777);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
  writeFileSync(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  addProgram(root, onPath("busybox"), "/bin/busybox");
  for (const applet of execFileSync("busybox", ["--list"], { encoding: "utf8" }).split("\n"))
    if (applet !== "" && applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
  addProgram(root, process.execPath, "/usr/local/bin/node");
  for (const program of ["vllm", "hf"]) {
    await bundle(join(import.meta.dirname, `${program}.ts`), join(root, `opt/stand-in/${program}.mjs`));
    const shim = join(root, `usr/local/bin/${program}`);
    writeFileSync(shim, `#!/bin/sh\nexec node /opt/stand-in/${program}.mjs "$@"\n`);
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
