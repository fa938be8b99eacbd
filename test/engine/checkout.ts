import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "../../analysis/run.ts";
import { keptBundle } from "../../run/keptBundle.ts";
import { sourceBundle } from "../../run/sourceBundle.ts";
import { pulumiHome } from "./pulumiHome.ts";

const root = join(import.meta.dirname, "..", "..");
// Code for pods, which the project keeps with hashes of its files: without it each copy starts esbuild for it anew.
const programs = ["harness", "simulator"] as const;
await Promise.all(programs.map((program) => sourceBundle(program)));
if (keptBundle(root, "cli") === null) execFileSync(process.execPath, [join(root, "cli", "bundle.ts")]);
const kept = ["cli", ...programs].map((program) => `bundle-${program}.json`);
const left = new Set([".git", ".bench", "results", "node_modules", "test", "docs"]);

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr holds the text. */
  saw(text: string): Promise<void>;
}

/** A copy of the project with state, results and stack files of its own, driven as `./bench` does. */
export class Checkout {
  readonly path = mkdtempSync(join(tmpdir(), "llm-bench-test-"));
  readonly results = join(this.path, "results");
  readonly #variables: Readonly<Record<string, string>>;
  #environment: Promise<Ended> | undefined;

  /** @param variables of the environment, for all that it starts */
  constructor(variables: Readonly<Record<string, string>> = {}) {
    this.#variables = variables;
    for (const name of readdirSync(root))
      if (!left.has(name)) cpSync(join(root, name), join(this.path, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(this.path, "node_modules"));
    mkdirSync(join(this.path, ".bench"));
    const cli = keptBundle(root, "cli") as string;
    for (const name of ["start.mjs", cli])
      cpSync(join(root, ".bench", "cli", name), join(this.path, ".bench", "cli", name), { recursive: true });
    // Where the project's folder cannot be written to there are none.
    for (const name of kept)
      if (existsSync(join(root, ".bench", name))) cpSync(join(root, ".bench", name), join(this.path, ".bench", name));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Writes Pulumi.<name>.yaml; values are JSON, which is YAML. */
  stack(name: string, config: Record<string, unknown>): void {
    const lines = Object.entries(config).map(([key, value]) => `  llm-bench:${key}: ${JSON.stringify(value)}`);
    writeFileSync(join(this.path, `Pulumi.${name}.yaml`), `config:\n${lines.join("\n")}\n`);
  }

  bench(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  start(...args: string[]): Started {
    return this.#spawn(process.execPath, [join(this.path, ".bench", "cli", "start.mjs"), ...args]);
  }

  /** A plain `pulumi`, with what `./bench env` prints. */
  pulumi(...args: string[]): Promise<Ended> {
    return this.#pulumi("", args);
  }

  /** The same for somebody who has the state and guesses the passphrase. */
  pulumiWithEmptyPassphrase(...args: string[]): Promise<Ended> {
    return this.#pulumi("unset PULUMI_CONFIG_PASSPHRASE_FILE; export PULUMI_CONFIG_PASSPHRASE=; ", args);
  }

  async #pulumi(before: string, args: readonly string[]): Promise<Ended> {
    this.#environment ??= this.bench("env");
    const { stdout } = await this.#environment;
    const line = `eval "$0"; ${before}exec pulumi "$@"`;
    return this.#spawn("/bin/sh", ["-c", line, stdout, ...args, "--non-interactive"]).ended;
  }

  /** Run folders of a stack: name -> manifest, null where there is none yet. */
  runs(stack: string): Map<string, Manifest | null> {
    const folder = join(this.results, stack);
    if (!existsSync(folder)) return new Map();
    const names = readdirSync(folder)
      .filter((name) => !name.startsWith("compare-") && !name.endsWith(".json"))
      .sort();
    return new Map(names.map((name) => [name, this.#manifest(join(folder, name, "manifest.json"))]));
  }

  /** Text of a file of a run. */
  read(stack: string, run: string, path: string): string {
    return readFileSync(join(this.results, stack, run, path), "utf8");
  }

  #manifest(file: string): Manifest | null {
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : null;
  }

  #spawn(command: string, args: string[]): Started {
    const state = join(this.path, ".bench", "state");
    mkdirSync(state, { recursive: true });
    const child = spawn(command, args, {
      cwd: this.path,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own, so that a test can press Ctrl-C as a terminal does.
      detached: true,
      // A state of its own even where the user is logged in somewhere; results beside it.
      env: {
        ...process.env,
        ...this.#variables,
        PULUMI_HOME: pulumiHome(),
        PULUMI_BACKEND_URL: `file://${state}`,
        LLMBENCH_RESULTS: this.results,
        NO_COLOR: "1",
      },
    });
    const began = Date.now();
    let stdout = "";
    let stderr = "";
    const waiting: { text: string; resolve: () => void }[] = [];
    child.stdout.on("data", (data) => {
      stdout += data;
    });
    child.stderr.on("data", (data) => {
      stderr += data;
      for (const { text, resolve } of waiting) if (stderr.includes(text)) resolve();
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr, seconds: (Date.now() - began) / 1000 }));
    });
    const saw = (text: string) =>
      stderr.includes(text)
        ? Promise.resolve()
        : Promise.race([
            new Promise<void>((resolve) => waiting.push({ text, resolve })),
            ended.then((end) =>
              Promise.reject(new Error(`ended with ${end.code} before it said "${text}": ${end.stderr}${end.stdout}`)),
            ),
          ]);
    return { pid: child.pid as number, ended, saw };
  }
}
