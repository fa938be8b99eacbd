import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "..");

/** Folder -> folders of ours that it may import; docs/architecture.md draws it. */
const allowed: Record<string, readonly string[]> = {
  scenario: [],
  platform: ["scenario"],
  workloads: ["scenario"],
  manifests: ["scenario", "platform", "workloads"],
  cluster: ["scenario", "manifests"],
  harness: [],
  simulator: [],
  analysis: ["scenario", "workloads"],
  run: ["scenario", "platform", "workloads", "manifests", "cluster", "analysis"],
  components: ["scenario", "platform", "workloads", "manifests", "cluster", "analysis", "run"],
  cli: [
    "scenario",
    "platform",
    "workloads",
    "manifests",
    "cluster",
    "harness",
    "simulator",
    "analysis",
    "run",
    "components",
    ".",
  ],
  "gke-cluster": ["components"],
  "llm-d-prerequisites": ["components"],
  ".": ["scenario", "platform", "workloads", "manifests", "cluster", "analysis", "run", "components"],
};

/** Formats and assumptions that cross a border: anyone may read them, they import nothing. */
const contracts = ["harness/plan.ts", "harness/recordFormat.ts", "simulator/config.ts", "simulator/imageTokens.ts"];
const mayUsePulumi = ["components", "cli", "gke-cluster", "llm-d-prerequisites", "."];

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly specifier: string;
  /** Path below the root, null for a package. */
  readonly target: string | null;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return folder === "." ? [] : sources(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

function importsOf(folder: string): Import[] {
  return sources(folder).flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const specifiers = [
      ...text.matchAll(
        /(?:^|\n)\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g,
      ),
    ];
    return specifiers.map((match) => {
      const specifier = (match[1] ?? match[2]) as string;
      const target = specifier.startsWith(".") ? relative(root, join(root, dirname(file), specifier)) : null;
      return { file, folder, specifier, target };
    });
  });
}

const imports = Object.keys(allowed).flatMap(importsOf);

describe("import rules", () => {
  it("reads the imports of every folder", () => {
    for (const folder of Object.keys(allowed)) assert.ok(sources(folder).length > 0, `${folder} has sources`);
    assert.ok(imports.length > 100, `${imports.length} imports found`);
  });

  it("each folder imports only what lies before it in the flow of data", () => {
    const wrong = imports.filter(({ folder, target }) => {
      if (target === null || contracts.includes(target)) return false;
      const to = target.includes("/") ? (target.split("/")[0] as string) : ".";
      return to !== folder && !(allowed[folder] as readonly string[]).includes(to);
    });
    assert.deepEqual(
      wrong.map(({ file, target }) => `${file} imports ${target}`),
      [],
    );
  });

  it("Pulumi stays in the shells", () => {
    const wrong = imports.filter(
      ({ folder, specifier }) => specifier.startsWith("@pulumi/") && !mayUsePulumi.includes(folder),
    );
    assert.deepEqual(
      wrong.map(({ file, specifier }) => `${file} imports ${specifier}`),
      [],
    );
  });

  it("contracts import nothing of ours but other contracts", () => {
    const wrong = imports.filter(
      ({ file, target }) => contracts.includes(file) && target !== null && !contracts.includes(target),
    );
    assert.deepEqual(wrong, []);
  });

  it("no file has a name that says nothing", () => {
    const wrong = Object.keys(allowed)
      .flatMap(sources)
      .filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager)(\.|\/)/i.test(file));
    assert.deepEqual(wrong, []);
  });
});
