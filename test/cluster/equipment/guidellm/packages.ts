import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { guidellm } from "../../../../workloads/adapters/guidellm.ts";

const run = promisify(execFile);
const installMilliseconds = 300_000;

/** What an image with Python needs of this machine's. */
export interface Python {
  readonly executable: string;
  /** The folder of the standard library. */
  readonly library: string;
  /** Such as python3.11. */
  readonly name: string;
}

/** The `python3` of this machine; a sentence where guidellm cannot be installed with it. */
export async function findPython(): Promise<Python | string> {
  const ask = [
    "import json, os, pip, sys, sysconfig",
    "name = 'python%d.%d' % sys.version_info[:2]",
    "print(json.dumps({'executable': os.path.realpath(sys.executable), 'library': sysconfig.get_path('stdlib'),",
    " 'name': name, 'version': sys.version_info[:2]}))",
  ];
  try {
    const { stdout } = await run("python3", ["-c", ask.join("\n")]);
    const { version, ...python } = JSON.parse(stdout) as Python & { version: [number, number] };
    const [major, minor] = version;
    return major === 3 && minor >= 10 ? python : `guidellm needs Python 3.10 or newer, this is ${version.join(".")}`;
  } catch {
    return "no python3 with pip is on PATH";
  }
}

/**
 * The folder of guidellm at the pinned version and of all that it needs, installed once into the user's cache. Without torch,
 * 3 GB of libraries for GPUs, of which it uses the data loader alone: a few lines stand in for that.
 * @returns a sentence where it cannot be installed
 */
export async function guidellmPackages(python: Python): Promise<{ folder: string } | string> {
  const cache =
    process.env.LLMBENCH_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "llm-bench");
  const folder = join(cache, "test", `guidellm-${guidellm.version}-${python.name}`);
  if (existsSync(folder)) return { folder };
  const making = `${folder}.${process.pid}`;
  try {
    await run(python.executable, ["-c", install, making, `guidellm==${guidellm.version}`], {
      timeout: installMilliseconds,
    });
    for (const [name, lines] of Object.entries(dataLoader)) {
      const file = join(making, "torch", name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, lines.join("\n"));
    }
    renameSync(making, folder);
    return { folder };
  } catch (error) {
    if (existsSync(folder)) return { folder };
    return `pip cannot install guidellm ${guidellm.version}: ${(error as Error).message.trim().split("\n").at(-1)}`;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

// jinja2 comes with torch. Compiled modules must not be checked by the time of their sources, which an image may not keep.
const install = `
import importlib.metadata, re, subprocess, sys
target, wanted = sys.argv[1:]
pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", "--target", target]
subprocess.run([*pip, "--no-deps", wanted], check=True)
[found] = importlib.metadata.distributions(path=[target])
needs = [need for need in found.requires if "extra ==" not in need and re.split(r"[^\\w-]", need)[0] != "torch"]
subprocess.run([*pip, *needs, "jinja2"], check=True)
compiled = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", target]
subprocess.run([sys.executable, *compiled], check=True)
`;

/** What guidellm/data/loaders/torch.py@v0.7.3 asks of torch, in one process; no metadata, so that nobody else takes it for torch. */
const dataLoader: Readonly<Record<string, readonly string[]>> = {
  "__init__.py": [
    "class Tensor: ...",
    "class Generator:",
    "    def manual_seed(self, seed): return self",
    "from . import utils",
    "",
  ],
  "utils/__init__.py": ["from . import data", ""],
  "utils/data/__init__.py": [
    "from .dataloader import DataLoader",
    "from .dataset import IterableDataset",
    "def get_worker_info(): return None",
    "",
  ],
  "utils/data/dataset.py": [
    "from typing import Generic, TypeVar",
    "T = TypeVar('T')",
    "class IterableDataset(Generic[T]): ...",
    "",
  ],
  "utils/data/dataloader.py": [
    "from typing import Generic, TypeVar",
    "T = TypeVar('T')",
    "class DataLoader(Generic[T]):",
    "    def __init__(self, dataset, collate_fn, **settings):",
    "        self.dataset, self.collate_fn = dataset, collate_fn",
    "    def __iter__(self):",
    "        return (self.collate_fn([item]) for item in self.dataset)",
    "",
  ],
};
