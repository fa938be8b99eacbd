import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { build, type OutputFile, type Plugin } from "esbuild";
import { keepBundle } from "../run/keptBundle.ts";
import { projectRoot } from "../run/projectRoot.ts";

/*
 * The command line as one bundle: `.bench/cli/start.mjs`, which looks whether it is made of what lies in the project now, and
 * the rest in a folder named after its content. To load two thousand modules takes 0.4 s of every command on a
 * cluster. Pulumi's packages stay as they are: they load parts of themselves by path. `./bench` calls this after `npm ci`,
 * start.ts when a file has changed; a plain `pulumi` and the tests of single files take the sources.
 */

/** Since its last use (start.ts): a run that began before may still load parts of an older one. */
const keptDays = 7;
const home = join(projectRoot, ".bench", "cli");

/** `import.meta` of a source means the source, wherever the project was copied to with its bundle. */
const placeOfSources: Plugin = {
  name: "place of sources",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (path.includes("node_modules") || !text.includes("import.meta.")) return;
      const source = JSON.stringify(relative(projectRoot, path));
      const contents = text.replace(/\bimport\.meta\.(url|filename|dirname)\b/g, `llmBenchSource(${source}).$1`);
      return { contents, loader: "ts" };
    });
  },
};

/** An `import` of node:http loads all of Node's own undici to list its exports, for 70 ms; a `require` does not. */
const builtins: Plugin = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, "");
      return kind === "import-statement" && builtinModules.includes(name) ? { path: name, namespace: "node" } : null;
    });
    onLoad({ filter: /./, namespace: "node" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
  },
};

/** @param up from a file of the bundle to the project's folder */
async function bundle(entry: string, up: string) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [entry],
    outdir: home,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What a command imports when it is called stays a file of its own.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // Names stay as they are: errors are told apart by them.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    plugins: [placeOfSources, builtins],
    // semver too: Pulumi refuses a version of another copy's class, and a CLI that was just built with it.
    external: ["@pulumi/*", "@resvg/resvg-js", "esbuild", "semver"],
    // CommonJS dependencies ask for Node's own modules when they are loaded, and for the place of their file.
    banner: {
      js: [
        'import{createRequire as llmBenchRequire}from"node:module";',
        "const require=llmBenchRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname,",
        `llmBenchSource=file=>{const url=new URL("${up}"+file,import.meta.url),`,
        'filename=require("node:url").fileURLToPath(url);',
        'return{url:url.href,filename,dirname:require("node:path").dirname(filename)}};',
      ].join(""),
    },
    tsconfigRaw: "{}",
    logLevel: "error",
    metafile: true,
    write: false,
  });
  const sources = Object.keys(metafile.inputs).filter((path) => !/^node:|node_modules\//.test(path));
  return { files: outputFiles, sources };
}

function write(folder: string, files: readonly OutputFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of files) writeFileSync(join(folder, relative(home, path)), contents);
}

const begunAtMs = Date.now();
const main = await bundle("cli/main.ts", "../../../");
const start = await bundle("cli/start.ts", "../../");
const hash = createHash("sha256");
for (const { path, contents } of main.files) hash.update(relative(home, path)).update(contents);
const name = hash.digest("hex").slice(0, 16);
// Written aside: a build that is interrupted leaves nothing that a command would load, nor do two at once.
const aside = join(home, `${randomBytes(4).toString("hex")}.partial`);
write(aside, [...main.files, ...start.files]);
renameSync(join(aside, "start.mjs"), join(home, "start.mjs"));
try {
  renameSync(aside, join(home, name));
} catch {
  // It is there already: another build of the same files.
  rmSync(aside, { recursive: true });
}
const recipe = [relative(projectRoot, import.meta.filename), "package-lock.json"];
keepBundle(projectRoot, "cli", [...new Set([...main.sources, ...start.sources, ...recipe])], name, begunAtMs);
for (const other of readdirSync(home, { withFileTypes: true })) {
  const path = join(home, other.name);
  if (!other.isDirectory() || other.name === name) continue;
  if (Date.now() - statSync(path).mtimeMs > keptDays * 86_400_000) rmSync(path, { recursive: true, force: true });
}
