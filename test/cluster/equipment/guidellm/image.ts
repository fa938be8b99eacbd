import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { guidellm } from "../../../../workloads/adapters/guidellm.ts";
import { loadImage } from "../nodeImage.ts";
import type { Python } from "./packages.ts";
import { byteTokenizer } from "./tokenizer.ts";

/** Folder inside the image: the cluster of the tests reaches no hub. */
export const tokenizerFolder = "/opt/tokenizer";

// Of the base image that Containerfile@v0.7.3 names (sclorg/s2i-python-container, 3.13-minimal/Dockerfile.fedora).
const pathOfImage = "/opt/app-root/bin:/opt/app-root/src/bin:/usr/local/bin:/usr/bin:/bin";
const libraries = "/opt/lib";

/**
 * Puts guidellm itself, with this machine's Python, into the cluster under the tag that the project pins. As in the real
 * image the program is in /opt/app-root/bin, and the user 1001 of group 0; there is no shell.
 */
export function importGuidellmImage(python: Python, packages: string): void {
  if (loadImage === undefined) throw new Error("LLMBENCH_TEST_LOAD_IMAGE names no command that loads an image");
  // Beside the packages, 600 MB in 20,000 files, so that they need no copy.
  const folder = mkdtempSync(join(dirname(packages), "image-"));
  try {
    const root = join(folder, "rootfs");
    makeRoot(root, python, packages);
    const config = join(folder, "config.json");
    // The stand-in for torch is for guidellm alone.
    writeFileSync(
      config,
      JSON.stringify({
        Env: [
          `PATH=${pathOfImage}`,
          `LD_LIBRARY_PATH=${libraries}`,
          // Debian's Python looks into dist-packages alone.
          `PYTHONPATH=/usr/local/lib/${python.name}/site-packages`,
          "HOME=/home/guidellm",
          "USE_TORCH=0",
        ],
        User: "1001:0",
        Entrypoint: ["/opt/app-root/bin/guidellm"],
        Cmd: ["run"],
        WorkingDir: "/home/guidellm",
      }),
    );
    const [command = "", ...words] = loadImage.split(" ");
    execFileSync(command, [...words, guidellm.image as string, root, config], { stdio: ["ignore", "ignore", "pipe"] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeRoot(root: string, { executable, library, name }: Python, packages: string): void {
  for (const part of ["etc", "home/guidellm", "opt/app-root/bin", "usr/local/bin", "tmp", "proc", "sys", "dev"])
    mkdirSync(join(root, part), { recursive: true });
  chmodSync(join(root, "tmp"), 0o1777);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/:/sbin/nologin\n");
  writeFileSync(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  copyFileSync(executable, join(root, "usr/local/bin/python3"));
  chmodSync(join(root, "usr/local/bin/python3"), 0o755);
  const inImage = join(root, "usr/local/lib", name);
  const left = new Set(["site-packages", "dist-packages", "test", "idlelib", "tkinter", "ensurepip", "lib2to3"]);
  mkdirSync(inImage, { recursive: true });
  const parts = readdirSync(library).filter((part) => !left.has(part) && !part.startsWith("config-"));
  execFileSync("cp", ["-a", ...parts.map((part) => join(library, part)), inImage]);
  execFileSync("cp", ["-al", packages, join(inImage, "site-packages")]);
  addLibraries(root, [executable, ...compiledIn(join(library, "lib-dynload")), ...compiledIn(packages)]);
  const program = join(root, "opt/app-root/bin/guidellm");
  writeFileSync(program, "#!/usr/local/bin/python3\nfrom guidellm.__main__ import cli\n\ncli()\n");
  chmodSync(program, 0o755);
  for (const [file, text] of Object.entries(byteTokenizer())) {
    mkdirSync(join(root, tokenizerFolder), { recursive: true });
    writeFileSync(join(root, tokenizerFolder, file), text);
  }
}

function compiledIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.so(\.\d+)*$/.test(file))
    .map((file) => join(folder, file));
}

/** The libraries of this machine that these files are linked to; those that packages bring are in their folders. */
function addLibraries(root: string, files: readonly string[]): void {
  mkdirSync(join(root, libraries), { recursive: true });
  const linked = execFileSync("sh", ["-c", 'ldd "$@" 2>/dev/null || true', "sh", ...files], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  const found = new Map<string, string>();
  for (const [, name, path] of linked.matchAll(/^\s+(\S+) => (\/\S+) \(0x/gm))
    if (!files.some((file) => basename(file) === name)) found.set(name as string, path as string);
  for (const [name, path] of found) {
    copyFileSync(path, join(root, libraries, name));
    chmodSync(join(root, libraries, name), 0o755);
  }
  for (const [, loader] of linked.matchAll(/^\s+(\/lib\S*\/ld-linux\S+) \(0x/gm)) {
    mkdirSync(join(root, loader as string, ".."), { recursive: true });
    copyFileSync(loader as string, join(root, loader as string));
    chmodSync(join(root, loader as string), 0o755);
  }
}
