import { join } from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../run/projectRoot.ts";

/*
 * The Kubernetes client is 800 modules, Vega 270, stdlib's distributions 430. To load the client takes most of a second
 * of every command on a cluster, as one file a third of that; a report of a small run takes a fifth less CPU with the other
 * two as one file each. `./bench` calls this after `npm ci` and then runs with the condition "bundled", under which package.json resolves #NAME to these files; a plain
 * `pulumi` and the tests take the packages themselves.
 */
const entryPoints = {
  "kubernetes-client": "cluster/kubernetesClient.ts",
  vega: "analysis/figures/vega.ts",
  distributions: "analysis/distributions.ts",
};

await build({
  absWorkingDir: projectRoot,
  entryPoints,
  outdir: join(projectRoot, ".bench"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  // Names stay as they are: errors are told apart by them.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  // CommonJS dependencies ask for Node's own modules when they are loaded, and for the place of their file.
  banner: {
    js: [
      'import{createRequire as llmBenchCreateRequire}from"node:module";',
      "const require=llmBenchCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    ].join(""),
  },
  tsconfigRaw: "{}",
  logLevel: "error",
});
