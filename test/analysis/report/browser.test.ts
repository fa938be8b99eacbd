import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { drawFigures } from "../../../analysis/figures/drawFigures.ts";
import { reportHtml } from "../../../analysis/report/report.ts";
import { script } from "../../../analysis/report/script.ts";
import { analysis, system } from "../figures/fixture.ts";

const run = promisify(execFile);

function findChromium(): string | null {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch {}
  }
  return null;
}

/** The page after its scripts ran, and what the browser had to say. */
async function open(chromium: string, page: string): Promise<{ readonly dom: string; readonly log: string }> {
  const folder = mkdtempSync(join(tmpdir(), "browser-"));
  try {
    const file = join(folder, "report.html");
    writeFileSync(file, page);
    const options = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--no-first-run",
    ];
    const quiet = ["--disable-component-update", "--disable-sync", `--user-data-dir=${join(folder, "profile")}`];
    const more = ["--enable-logging=stderr", "--v=0", "--dump-dom", `file://${file}`];
    const { stdout, stderr } = await run(chromium, [...options, ...quiet, ...more], {
      timeout: 30_000,
      maxBuffer: 2 ** 26,
    });
    return { dom: stdout, log: stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

describe("report.html in a browser", function () {
  this.timeout(60_000);
  const chromium = findChromium();
  let page = "";
  before(async function () {
    // Skipped without a browser: nothing else in the project needs one.
    if (chromium === null) this.skip();
    const made = analysis([system({ name: "a", repetitions: 3 }), system({ name: "b", speed: 1.2, repetitions: 3 })]);
    page = reportHtml(made, await drawFigures(made));
  });

  it("runs its script, breaks none of its own rules, and sorts by a click: numbers as numbers", async () => {
    // Two clicks on the third number: ascending, then descending.
    const changed = `${script}
      var head = document.querySelector("#stages ~ div table").tHead.rows[0].cells[3];
      head.querySelector("button").click();
      head.querySelector("button").click();`;
    const hash = (text: string) => createHash("sha256").update(text).digest("base64");
    const { dom, log } = await open(
      chromium!,
      page.replace(hash(script), hash(changed)).replace(script, () => changed),
    );
    assert.doesNotMatch(log, /CONSOLE|Content Security Policy|Refused/);
    assert.match(dom, /<th scope="col"[^>]*><button type="button">/, "heads of tables became buttons");
    const loads = (text: string) => {
      const table = /<table[\s\S]*?<\/table>/.exec(text.slice(text.indexOf('<h2 id="stages"')))![0];
      return [...table.matchAll(/<tr><th scope="row"[^>]*data-sort="(\d+)"/g)].map((match) => Number(match[1]));
    };
    assert.deepEqual(loads(page), [1, 2, 4, 8, 16, 32]);
    assert.deepEqual(loads(dom), [32, 16, 8, 4, 2, 1]);
    assert.match(dom, /aria-sort="descending"/);
  });

  it("has heads and copy buttons that a keyboard reaches, and copies what the table says, numbers as numbers", async () => {
    const changed = `${script}
      document.execCommand = function () { document.title = document.activeElement.value || document.querySelector("body > textarea").value; return true; };
      Object.defineProperty(window, "isSecureContext", { value: false });
      var button = document.querySelector("#stages ~ button.copy");
      button.focus();
      document.documentElement.setAttribute("data-focused", String(document.activeElement === button));
      button.click();`;
    const hash = (text: string) => createHash("sha256").update(text).digest("base64");
    const { dom, log } = await open(
      chromium!,
      page.replace(hash(script), hash(changed)).replace(script, () => changed),
    );
    assert.doesNotMatch(log, /CONSOLE/);
    assert.match(dom, /data-focused="true"/);
    assert.match(dom, /<button type="button" class="copy" aria-label="Copy as CSV: [^"]+">/);
    assert.match(dom, /<title>Concurrency,Sent,ok,Output tok\/s,/);
  });

  it("says in its log when the policy stops a script: the first test would see it", async () => {
    const { log, dom } = await open(chromium!, page.replace('"use strict";', '"use strict";;'));
    assert.match(log, /Content Security Policy/);
    assert.doesNotMatch(dom, /<button/);
  });
});
