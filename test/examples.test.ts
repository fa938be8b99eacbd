import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

const root = join(import.meta.dirname, "..");
const workflow = "docs/examples/github-actions/benchmark.yaml";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly env: Record<string, string>;
  readonly jobs: Record<string, { readonly steps: readonly Step[]; readonly "timeout-minutes": number }>;
}

/** `./bench` commands of a text: the words up to the end of a shell command. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/\.\/bench ([^\n;|&#`)]+)/g)].map(([, words = ""]) => words.trim().split(/\s+/));
}

const helps = new Map<string, string>();
function helpOf(...command: string[]): string {
  const key = command.join(" ");
  const known = helps.get(key);
  if (known !== undefined) return known;
  const { stdout, status } = spawnSync(process.execPath, [join(root, "cli/main.ts"), ...command, "--help"], {
    encoding: "utf8",
  });
  assert.equal(status, 0, `./bench ${key} --help`);
  helps.set(key, stdout);
  return stdout;
}

function assertKnown(words: readonly string[]): void {
  const [name = "", ...rest] = words;
  assert.match(helpOf(), new RegExp(`^  ${name}\\b`, "m"), `./bench ${name}`);
  for (const option of rest.filter((word) => word.startsWith("--")))
    assert.match(helpOf(name), new RegExp(`${option}\\b`), `./bench ${name} ${option}`);
}

describe("the workflow for GitHub Actions", () => {
  const { on, permissions, env, jobs } = load(readFileSync(join(root, workflow), "utf8")) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const scripts = steps.flatMap(({ run }) => run ?? []).join("\n");

  it("names commands and options that exist", () => {
    const commands = commandsIn(scripts);
    assert.deepEqual([...new Set(commands.map(([name]) => name))].sort(), ["gate", "history", "up"]);
    for (const words of commands) assertKnown(words);
  });

  it("pins every action by its commit, and may write nothing", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    assert.ok(used.length >= 4);
    for (const action of used) assert.match(action, /^actions\/[a-z-]+@[0-9a-f]{40}$/);
    assert.deepEqual(permissions, { contents: "read", actions: "read" });
  });

  it("runs on changes and every night, a stack that is there, and ends", () => {
    assert.deepEqual(Object.keys(on).sort(), ["pull_request", "push", "schedule", "workflow_dispatch"]);
    assert.doesNotThrow(() => readFileSync(join(root, `Pulumi.${env.STACK}.yaml`)));
    for (const job of Object.values(jobs)) assert.ok(job["timeout-minutes"] > 0);
  });

  it("its scripts are valid for a shell", () => {
    for (const { name, run } of steps.filter((step) => step.run !== undefined)) {
      const { status, stderr } = spawnSync("sh", ["-n"], { input: run, encoding: "utf8" });
      assert.equal(status, 0, `${name}: ${stderr}`);
    }
  });

  it("the page about CI names commands and options that exist", () => {
    const commands = commandsIn(readFileSync(join(root, "docs/ci.md"), "utf8"));
    assert.ok(commands.length > 8);
    for (const words of commands) assertKnown(words);
  });
}).timeout(60_000);
