import pulumiKubernetes from "@pulumi/kubernetes/package.json" with { type: "json" };
import { serve } from "../wire/serve.ts";
import { check } from "./check.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { diff } from "./diff.ts";
import { read } from "./read.ts";
import { checkSettings, diffSettings, type Settings, settingsFrom } from "./settings.ts";
import { update } from "./update.ts";

/**
 * Stands in for pulumi-resource-kubernetes where that cannot be had: real API server, the real provider's rules for what
 * replaces, what is named, what is secret and what fails. Paths in comments are below provider/pkg of
 * github.com/pulumi/pulumi-kubernetes, as of 2026-07-01. What it does not know, it refuses.
 */
let settings: Promise<Settings> | undefined;

async function configured(): Promise<Settings> {
  if (settings === undefined) throw new Error("the provider was not configured");
  return settings;
}

await serve({
  version: pulumiKubernetes.version,
  checkConfig: checkSettings,
  diffConfig: diffSettings,
  configure: async (variables) => {
    settings = settingsFrom(variables);
    await settings;
  },
  check: async (request) => ({ inputs: await check(await configured(), request), failures: [] }),
  diff: async (request) => diff(await configured(), request),
  create: async (request) => create(await configured(), request),
  read: async (request) => read(await configured(), request),
  update: async (request) => update(await configured(), request),
  delete: async (request) => remove(await configured(), request),
});
