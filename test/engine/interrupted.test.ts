import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Checkout } from "./checkout.ts";

const slow = {
  platform: "local",
  gpu: "h100-80",
  model: "llama-8b",
  method: "simulated",
  workload: "local",
  workloadOverrides: { "stages.concurrency": [1, 2], "stages.seconds": 20 },
};

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function allProcesses(): Process[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command: command as string }));
}

/** Those whose command line holds the text. */
function processes(text: string): string[] {
  return allProcesses().flatMap(({ pid, command }) => (command.includes(text) ? `${pid} ${command}` : []));
}

/** A process and all below it: the Pulumi engine's command line does not tell whose it is. */
function family(pid: number, all = allProcesses()): Process[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [...all.filter((one) => one.pid === pid), ...children.flatMap((child) => family(child.pid, all))];
}

async function gone(text: string, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    if (processes(text).length === 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

describe("an interrupted up", () => {
  const checkout = new Checkout();
  before(() => checkout.stack("slow", slow));
  after(() => checkout.remove());

  it("Ctrl-C, which a terminal sends to the whole group: ends cleanly, keeps the rows, marks them partial, frees the state", async () => {
    const up = checkout.start("up", "slow");
    await up.saw("stage 1/2");
    // For some requests to have ended, on a busy machine as well.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const asked = Date.now();
    process.kill(-up.pid, "SIGINT");
    const { code, stdout, stderr } = await up.ended;
    assert.equal(code, 130, stderr + stdout);
    assert.ok(Date.now() - asked < 60_000, `${Date.now() - asked} ms until the end`);
    const [[run, manifest] = []] = checkout.runs("slow");
    assert.ok(run && manifest);
    assert.equal(manifest.status, "partial");
    assert.match(manifest.reason ?? "", /interrupted by the user/);
    const rows = checkout.read("slow", run, "results/requests.csv").trim().split("\n");
    assert.ok(rows.length > 3, `${rows.length} lines of requests.csv`);
    assert.match(checkout.read("slow", run, "analysis/data/stats.txt"), /partial/);
    assert.ok(await gone(checkout.path, 5), `left behind: ${processes(checkout.path)}`);
  });

  it("a later up reports it and runs nothing", async () => {
    const { code, stdout } = await checkout.bench("up", "slow");
    assert.equal(code, 1);
    assert.match(stdout.replace(/\s+/g, " "), /is partial: interrupted by the user/);
    assert.match(stdout, /--retry/);
    assert.equal(checkout.runs("slow").size, 1);
  });

  it("killed for good: the children end with it, and the locked state is explained and freed", async () => {
    const up = checkout.start("up", "slow", "--retry");
    await up.saw("stage 1/2");
    // The engine too, as when a machine goes down: nobody is left to unlock the state.
    const killed = family(up.pid).filter(({ command }) => !/(harness|simulator)\/main\.ts/.test(command));
    assert.ok(
      killed.some(({ command }) => command.includes("pulumi up")),
      JSON.stringify(killed),
    );
    for (const { pid } of killed) process.kill(pid, "SIGKILL");
    await up.ended;
    assert.ok(await gone(checkout.path, 10), `left behind: ${processes(checkout.path)}`);

    const locked = await checkout.bench("up", "slow");
    assert.equal(locked.code, 1);
    assert.match(locked.stderr, /locked/);
    assert.match(locked.stderr, /\.\/bench cancel slow/);
    const freed = await checkout.bench("cancel", "slow");
    assert.equal(freed.code, 0, freed.stderr);
    const after = await checkout.bench("preview", "slow");
    assert.equal(after.code, 0, after.stderr);
  });

  it("--retry ran beside the first attempt, which is untouched", () => {
    const runs = checkout.runs("slow");
    assert.equal(runs.size, 2);
    const [first, second] = [...runs.keys()];
    assert.equal(second, `${first}-a2`);
    assert.equal(runs.get(first as string)?.status, "partial");
  });
});
