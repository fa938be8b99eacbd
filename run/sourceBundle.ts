import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import type { Plugin } from "esbuild";
import type { SourceBundle } from "../manifests/kubernetesObject.ts";
import { keepBundle, keptBundle } from "./keptBundle.ts";
import { projectRoot } from "./projectRoot.ts";
import { RunError } from "./runError.ts";

/** What the API server takes as the data of one ConfigMap (MaxSecretSize, 1 MiB), less room for its key. */
export const longestCodeBytes = 2 ** 20 - 4096;

const banner = [
  "// llm-bench, Apache-2.0. Contains undici, MIT, Copyright (c) Matteo Collina and Undici contributors.",
  // undici is CommonJS and requires Node's own modules when it is loaded; an ES module has no `require`.
  'import{createRequire as llmBenchCreateRequire}from"node:module";const require=llmBenchCreateRequire(import.meta.url);',
].join("\n");

/** Parts of undici that its client asks for with bodies that are forms, and on HTTP/2: neither is ever sent. */
const unused = /\/(web\/fetch\/(body|formdata)|web\/webidl|client-h2)(\.js)?$/;

/**
 * Of undici the HTTP/1 client and nothing else: fetch, WebSocket, caches, mocks and HTTP/2 are three quarters of it, and every
 * byte goes through the Pulumi engine, its log and its state (written anew with each resource) and the API server.
 */
const onlyClient: Plugin = {
  name: "undici's client",
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: "client",
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /./, namespace: "client" }, ({ pluginData }) => ({
      resolveDir: pluginData as string,
      // What undici's own index does besides: `request` is put into all dispatchers.
      contents: `import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import request from "undici/lib/api/api-request.js";
Dispatcher.prototype.request = request;
export { default as Client } from "undici/lib/dispatcher/client.js";
export { default as buildConnector } from "undici/lib/core/connect.js";`,
    }));
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: "unused" }));
    build.onLoad({ filter: /./, namespace: "unused" }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error(${JSON.stringify(`${path} of undici is not in this bundle`)}); };`,
    }));
    // The parser without SIMD, which only processors without any need, would be a second copy of the parser.
    build.onResolve({ filter: /\/llhttp-wasm\.js$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, "..", "llhttp", "llhttp_simd-wasm.js"),
    }));
  },
};

const require = createRequire(import.meta.url);
const bundles = new Map<string, Promise<SourceBundle>>();

/**
 * One of our programs as a single ES module for Node >= 22: the same bytes in any folder and on any machine, so that a
 * ConfigMap named after their hash is shared by all runs that use them. Made once a process, in about 0.2 s.
 * @param root the project's folder  @throws RunError when it cannot be made, or a ConfigMap could not hold it
 */
export function sourceBundle(program: SourceBundle["program"], root = projectRoot): Promise<SourceBundle> {
  const key = `${program} ${root}`;
  let made = bundles.get(key);
  if (made === undefined) {
    made = bundle(program, root);
    made.catch(() => bundles.delete(key));
    bundles.set(key, made);
  }
  return made;
}

async function bundle(program: SourceBundle["program"], root: string): Promise<SourceBundle> {
  const code = keptBundle(root, program) ?? (await build(program, root));
  checkSize(program, Buffer.byteLength(code));
  return { program, sha256: createHash("sha256").update(code).digest("hex"), code };
}

async function build(program: SourceBundle["program"], root: string): Promise<string> {
  const begunAtMs = Date.now();
  // 10 MB of machine code that a run on this machine has no need of.
  const esbuild = await import("esbuild");
  const result = await esbuild
    .build({
      absWorkingDir: root,
      entryPoints: [join(root, program, "main.ts")],
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node22",
      minify: true,
      charset: "ascii",
      legalComments: "none",
      banner: { js: banner },
      plugins: [onlyClient],
      // undici's own switch, as Node itself is built: without the experimental parser, which is off anyway.
      define: { esbuildDetection: "true" },
      // A tsconfig.json above the folder must not change the bytes.
      tsconfigRaw: "{}",
      write: false,
      metafile: true,
      logLevel: "silent",
    })
    .catch((error: Error) => {
      throw new RunError(
        `${program}/main.ts cannot be bundled: ${error.message}; run "npm ci" in ${root} and try again`,
      );
    });
  const code = result.outputFiles[0]?.text ?? "";
  // Those of a namespace are made of what is in this file.
  const read = Object.keys(result.metafile.inputs).filter((path) => !/^(client|unused):/.test(path));
  const ofTheRecipe = [import.meta.filename, require.resolve("esbuild/package.json")].map((file) =>
    relative(root, file),
  );
  keepBundle(root, program, [...read, ...ofTheRecipe], code, begunAtMs);
  return code;
}

/** @throws RunError */
export function checkSize(program: string, bytes: number): void {
  if (bytes <= longestCodeBytes) return;
  throw new RunError(
    `the bundle of ${program}/ has ${bytes} bytes, but a ConfigMap holds ${longestCodeBytes}; take out of it what it does not need`,
  );
}
