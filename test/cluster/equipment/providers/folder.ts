import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

/**
 * A folder for PATH in which the engine finds the stand-ins, each as one file: it starts them for every operation, and
 * to load the Kubernetes client and gRPC from a thousand files takes 1.0 s of CPU, from one 0.2 s. Removed at exit.
 */
export function providersFolder(): string {
  folder ??= process.env[variable] ?? build();
  return folder;
}

let folder: string | undefined;

// Of the environment, so that mocha's workers know it; without it each makes its own, for 2 s of CPU.
const variable = "LLMBENCH_TEST_PROVIDERS";

/** For one run of mocha, before all files. */
export function mochaGlobalSetup(): void {
  process.env[variable] = providersFolder();
}

const clientNode = dirname(fileURLToPath(import.meta.resolve("@kubernetes/client-node")));

function build(): string {
  const made = mkdtempSync(join(tmpdir(), "llm-bench-providers-"));
  process.once("exit", () => rmSync(made, { recursive: true, force: true }));
  for (const name of ["kubernetes", "random"]) {
    buildSync({
      entryPoints: [join(import.meta.dirname, name, "main.ts")],
      outfile: join(made, `${name}.cjs`),
      bundle: true,
      minify: true,
      platform: "node",
      // An ES module that imports node:http has Node load its WebSocket, and all of fetch with it: 0.07 s of CPU.
      format: "cjs",
      alias: {
        // Of the client its kubeconfig and nothing else: it would be nine tenths of the file.
        "@kubernetes/client-node": join(clientNode, "config.js"),
        // Half of the rest, for requests by fetch; ours go through node:https.
        undici: join(import.meta.dirname, "noFetch.ts"),
      },
      logLevel: "error",
    });
    writeFileSync(join(made, `pulumi-resource-${name}`), `#!/bin/sh\nexec node "\${0%/*}/${name}.cjs" "$@"\n`, {
      mode: 0o755,
    });
  }
  return made;
}
