import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation/cmd.js";
import { commandFolder, installedCommand, pinnedVersion } from "../../cli/pulumiCli.ts";
import { keptBundle } from "../../run/keptBundle.ts";
import { Checkout } from "./checkout.ts";

describe("the bundle that ./bench starts", () => {
  const checkout = new Checkout();
  after(() => checkout.remove());
  const source = join(checkout.path, "cli", "main.ts");
  const renamed = (from: string, to: string) => writeFileSync(source, readFileSync(source, "utf8").replace(from, to));
  const help = async () => {
    const { code, stdout, stderr } = await checkout.bench("--help");
    assert.equal(code, 0, stderr);
    return { shown: stdout, said: stderr };
  };

  it("of a copied project is as good as in the project", async () => {
    const { shown, said } = await help();
    assert.match(shown, /Usage: \.\/bench/);
    assert.equal(said, "");
  });

  // Pulumi compares versions by their class: from a bundled copy of semver it refused every CLI and built another.
  it("takes a CLI that is on PATH, and one of its own that it has not asked yet", async () => {
    const folder = commandFolder((await installedCommand()) as PulumiCommand);
    const onPath = join(checkout.path, "on-path");
    const cache = join(checkout.path, "cache");
    const environments = [
      { place: onPath, PATH: onPath, LLMBENCH_CACHE: checkout.path },
      { place: join(cache, `pulumi-${pinnedVersion()}`, "bin"), PATH: "", LLMBENCH_CACHE: cache },
    ];
    for (const { place, ...environment } of environments) {
      mkdirSync(place, { recursive: true });
      symlinkSync(join(folder, "pulumi"), join(place, "pulumi"));
      const start = join(checkout.path, ".bench", "cli", "start.mjs");
      const env = { ...process.env, ...environment };
      const { status, stdout, stderr } = spawnSync(process.execPath, [start, "env"], { env, encoding: "utf8" });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^export PATH=/);
      assert.doesNotMatch(stderr, /set-up/);
    }
  });

  it("is made again as soon as a source has changed, and once", async () => {
    renamed("one Pulumi stack", "a single Pulumi stack");
    const first = await help();
    assert.match(first.shown, /a single Pulumi stack/);
    assert.match(first.said, /a source has changed/);
    const second = await help();
    assert.equal(second.shown, first.shown);
    assert.equal(second.said, "");
  });

  it("of before stays while it is used, for a run that still loads parts of it, and goes a week later", async () => {
    const cli = join(checkout.path, ".bench", "cli");
    const folders = () => readdirSync(cli).filter((name) => name !== "start.mjs");
    const used = keptBundle(checkout.path, "cli") as string;
    mkdirSync(join(cli, "forgotten"));
    const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000);
    for (const name of folders()) utimesSync(join(cli, name), eightDaysAgo, eightDaysAgo);
    await help();
    renamed("a single Pulumi stack", "one Pulumi stack");
    assert.doesNotMatch((await help()).shown, /a single/);
    assert.deepEqual(folders().sort(), [used, keptBundle(checkout.path, "cli") as string].sort());
  });

  it("may be lost: the sources serve where it cannot be made again", async () => {
    const cli = join(checkout.path, ".bench", "cli");
    for (const name of readdirSync(cli)) if (name !== "start.mjs") rmSync(join(cli, name), { recursive: true });
    const recipe = join(checkout.path, "cli", "bundle.ts");
    writeFileSync(recipe, `throw new Error("no bundle today");\n${readFileSync(recipe, "utf8")}`);
    const { shown, said } = await help();
    assert.match(shown, /Usage: \.\/bench/);
    assert.match(said, /not bundled \(Error: no bundle today\); the sources/);
  });
});
