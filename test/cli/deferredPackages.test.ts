import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** In a process of its own: the tests' own has loaded the packages long ago. */
function outcome(imports: readonly string[], expression: string): unknown {
  const program = `
    ${imports.map((file) => `await import(${JSON.stringify(file)});`).join("\n")}
    const automation = await import("@pulumi/pulumi/automation/index.js");
    const pulumi = await import("@pulumi/pulumi");
    const { createRequire } = await import("node:module");
    const sdk = createRequire(createRequire(${JSON.stringify(join(root, "index.ts"))}).resolve("@pulumi/pulumi"));
    const loaded = (name) => Object.values(sdk.cache).some(({ id, children }) =>
      id.includes("/node_modules/" + name + "/") && children.length > 0);
    process.stdout.write(JSON.stringify(${expression}));`;
  const args = ["--input-type=module", "--eval", program];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8", timeout: 30_000 }));
}

const deferred = [join(root, "cli", "deferredPackages.ts")];

describe("packages that the Pulumi SDK needs for functions only", () => {
  it("are not loaded with the SDK, and its parts are there", () => {
    const expression = `[loaded("@npmcli/arborist"), typeof automation.LocalWorkspace.create, typeof pulumi.output]`;
    assert.deepEqual(outcome(deferred, expression), [false, "function", "function"]);
    assert.deepEqual(outcome([], expression), [true, "function", "function"], "else the test would see nothing");
  });

  it("come when somebody asks, with the same result", () => {
    const expression = `(await pulumi.runtime.serializeFunction(() => [1, 2].map((n) => n + 1))).text`;
    const text = outcome(deferred, expression);
    assert.match(String(text), /n \+ 1/);
    assert.equal(text, outcome([], expression));
  });
});
