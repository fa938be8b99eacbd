import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configSchema } from "../scenario/schema.ts";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => join("docs", name))].filter((name) =>
  name.endsWith(".md"),
);

/** As GitHub makes them of headings. */
const anchors = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

describe("documentation", () => {
  for (const page of pages) {
    it(`${page} links to what is there`, () => {
      const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
      for (const target of targets.filter((one) => !/^https?:/.test(one))) {
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        assert.ok(existsSync(join(root, file)), `${target}: no such file`);
        if (anchor) assert.ok(anchors(read(file)).includes(anchor), `${target}: no such heading`);
      }
    });
  }

  it("names every setting of a cluster and of the load generator's pod", () => {
    const text = read("docs/kubernetes.md");
    const { cluster, harnessSettings } = configSchema.shape;
    const clusterKeys = Object.keys(cluster.unwrap().shape);
    const storageKeys = Object.keys(cluster.unwrap().shape.modelStorage.unwrap().shape);
    const keys = [
      ...clusterKeys.filter((key) => key !== "modelStorage").map((key) => `cluster.${key}`),
      ...storageKeys.map((key) => `cluster.modelStorage.${key}`),
      ...Object.keys(harnessSettings.unwrap().shape).map((key) => `harnessSettings.${key}`),
    ];
    assert.deepEqual(
      keys.filter((key) => !text.includes(`\`${key}\``)),
      [],
    );
  });

  it("lists every committed stack in the README", () => {
    const text = read("README.md");
    for (const stack of [
      "local",
      "engines",
      "kind-sim",
      "kind-llm-d",
      "gke-a100",
      "gke-h100",
      "ocp-a100",
      "ocp-h100",
      "ocp-h100-mig",
    ])
      assert.ok(text.includes(`| \`${stack}\` |`), stack);
  });

  it("lists every command in the README", () => {
    const commands = [...read("cli/main.ts").matchAll(/\.command\("([\w-]+)/g)].map(([, name]) => name);
    assert.ok(commands.length > 10);
    for (const name of commands) assert.ok(read("README.md").includes(`\`./bench ${name}`), name);
  });
});
