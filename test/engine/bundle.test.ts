import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

  it("is made again as soon as a source has changed, and once", async () => {
    renamed("one Pulumi stack", "a single Pulumi stack");
    const first = await help();
    assert.match(first.shown, /a single Pulumi stack/);
    assert.match(first.said, /a source has changed/);
    const second = await help();
    assert.equal(second.shown, first.shown);
    assert.equal(second.said, "");
  });

  it("knows the one of before when a change is taken back", async () => {
    renamed("a single Pulumi stack", "one Pulumi stack");
    assert.doesNotMatch((await help()).shown, /a single/);
    assert.ok(readdirSync(join(checkout.path, ".bench", "cli")).every((name) => !name.endsWith(".partial")));
  });

  it("is made again when it is lost, and the sources serve where it cannot be made", async () => {
    const cli = join(checkout.path, ".bench", "cli");
    for (const name of readdirSync(cli)) if (name !== "start.mjs") rmSync(join(cli, name), { recursive: true });
    assert.match((await help()).said, /bundled again/);
    appendFileSync(join(checkout.path, "cli", "bundle.ts"), 'throw new Error("no bundle today");\n');
    for (const name of readdirSync(cli)) if (name !== "start.mjs") rmSync(join(cli, name), { recursive: true });
    rmSync(join(checkout.path, ".bench", "bundle-cli.json"));
    const { shown, said } = await help();
    assert.match(shown, /Usage: \.\/bench/);
    assert.match(said, /no bundle today/);
  });
});
