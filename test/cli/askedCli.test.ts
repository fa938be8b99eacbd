import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/cmd.js";
import * as semver from "semver";
import { askedCli } from "../../cli/askedCli.ts";

describe("the version of a CLI of ours", () => {
  const version = new semver.SemVer("3.250.0");
  let root: string;
  const asked = () => readFileSync(join(root, "asked"), "utf8").trim().split("\n").length;

  /** A program that counts how often it is started. */
  function install(answer: string): void {
    mkdirSync(join(root, "bin"), { recursive: true });
    const script = `#!/bin/sh\necho >> "${join(root, "asked")}" "$@"\necho ${answer}\n`;
    writeFileSync(join(root, "bin", "pulumi"), script, { mode: 0o755 });
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "llm-bench-cli-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is asked once, and again of another program", async () => {
    install("v3.250.0");
    for (const command of [await askedCli(root, version), await askedCli(root, version)]) {
      assert.equal(command.command, join(root, "bin", "pulumi"));
      assert.equal(String(command.version), "3.250.0");
      assert.ok(command instanceof PulumiCommand);
    }
    assert.equal(asked(), 1);
    install("v3.251.10");
    assert.equal(String((await askedCli(root, version)).version), "3.251.10");
    assert.equal(asked(), 2);
  });

  it("is asked again where the answer was kept badly, or is too old for what is wanted now", async () => {
    install("v3.250.0");
    await askedCli(root, version);
    writeFileSync(join(root, "answered.json"), "{");
    await askedCli(root, version);
    assert.equal(asked(), 2);
    await assert.rejects(askedCli(root, new semver.SemVer("3.251.0")), /Minimum version requirement failed/);
  });

  it("is refused where there is no program, or one that does not run", async () => {
    await assert.rejects(askedCli(root, version), { code: "ENOENT" });
    install("v3.250.0");
    writeFileSync(join(root, "bin", "pulumi"), "no program");
    await assert.rejects(askedCli(root, version));
  });
});
