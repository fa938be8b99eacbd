import pulumiKubernetes from "@pulumi/kubernetes/package.json" with { type: "json" };
import { serve } from "../wire/serve.ts";
import { check } from "./check.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { diff } from "./diff.ts";
import { createRelease, updateRelease } from "./helm/changeRelease.ts";
import { checkRelease } from "./helm/checkRelease.ts";
import { diffRelease } from "./helm/diffRelease.ts";
import { deleteRelease, readRelease } from "./helm/endRelease.ts";
import { isRelease } from "./helm/release.ts";
import { read } from "./read.ts";
import { checkSettings, diffSettings, type Settings, settingsFrom } from "./settings.ts";
import { update } from "./update.ts";

/**
 * Stands in for pulumi-resource-kubernetes where that cannot be had: real API server, the real provider's rules for what
 * replaces, what is named, what is secret and what fails. Paths in comments are below provider/pkg of
 * github.com/pulumi/pulumi-kubernetes, as of 2026-07-01. Releases go through a real helm. What it does not know, it refuses.
 */
let settings: Promise<Settings> | undefined;

async function configured(): Promise<Settings> {
  if (settings === undefined) throw new Error("the provider was not configured");
  return settings;
}

void serve({
  version: pulumiKubernetes.version,
  checkConfig: checkSettings,
  diffConfig: diffSettings,
  configure: async (variables) => {
    settings = settingsFrom(variables);
    await settings;
  },
  check: async (request) =>
    isRelease(request.urn)
      ? checkRelease(await configured(), request)
      : { inputs: await check(await configured(), request), failures: [] },
  diff: async (request) => (isRelease(request.urn) ? diffRelease(request) : diff(await configured(), request)),
  create: async (request) => (isRelease(request.urn) ? createRelease : create)(await configured(), request),
  read: async (request) => (isRelease(request.urn) ? readRelease : read)(await configured(), request),
  update: async (request) => (isRelease(request.urn) ? updateRelease : update)(await configured(), request),
  delete: async (request) => (isRelease(request.urn) ? deleteRelease : remove)(await configured(), request),
});
