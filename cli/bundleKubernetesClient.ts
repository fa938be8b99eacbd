import { join } from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../run/projectRoot.ts";

/*
 * The Kubernetes client is 800 modules, whose loading alone takes most of a second of every command on a cluster. As one
 * file it takes a third of that. `./bench` calls this after `npm ci` and then runs with the condition "bundled", under
 * which package.json resolves #kubernetes-client to this file; a plain `pulumi` and the tests take the packages themselves.
 */
await build({
  absWorkingDir: projectRoot,
  entryPoints: [join(projectRoot, "cluster", "kubernetesClient.ts")],
  outfile: join(projectRoot, ".bench", "kubernetes-client.mjs"),
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  // Names stay as they are: errors are told apart by them.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  // Its CommonJS dependencies ask for Node's own modules when they are loaded, and for the place of their file.
  banner: {
    js: [
      'import{createRequire as llmBenchCreateRequire}from"node:module";',
      "const require=llmBenchCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    ].join(""),
  },
  tsconfigRaw: "{}",
  logLevel: "error",
});
