import assert from "node:assert/strict";
import { readCommandLine } from "../../harness/commandLine.ts";

describe("readCommandLine", () => {
  const paths = ["--plan", "p.json", "--out", "dir"];

  it("reads the options", () => {
    const plain = {
      work: { plan: "p.json" },
      out: "dir",
      progress: "human",
      timeLimitSeconds: null,
      waitReadySeconds: null,
      endWithStdin: false,
    };
    assert.deepEqual(readCommandLine(paths), plain);
    const more = readCommandLine([...paths, "--progress", "json", "--time-limit", "2.5"]);
    assert.deepEqual(more, { ...plain, progress: "json", timeLimitSeconds: 2.5 });
    assert.deepEqual(readCommandLine([...paths, "--end-with-stdin"]), { ...plain, endWithStdin: true });
    assert.deepEqual(readCommandLine([...paths, "--wait-ready", "300"]), { ...plain, waitReadySeconds: 300 });
    assert.equal(readCommandLine([...paths, "--help"]), null);
  });

  it("reads whom to ask where another load generator makes the run", () => {
    const read = (...args: string[]) => readCommandLine(["--out", "dir", "--model", "m", ...args])?.work;
    const target = { name: "engine", baseUrl: "http://10.0.0.7:8000", model: "m", apiKeyEnv: null };
    assert.deepEqual(read("--identify", "http://10.0.0.7:8000/v1/"), { identify: target });
    const withKey = read("--identify", "http://10.0.0.7:8000", "--api-key-env", "KEY");
    assert.deepEqual(withKey, { identify: { ...target, apiKeyEnv: "KEY" } });
  });

  it("refuses others with key, value and what is allowed", () => {
    const refusals: [string[], RegExp][] = [
      [["--out", "dir"], /^--plan: nothing is not allowed here; give the path of the plan/],
      [["--plan", "p.json"], /^--out: nothing is not allowed here; give the folder/],
      [[...paths, "--model", "m"], /^--model: "m" is not allowed here; give it with --identify or --complete only/],
      [[...paths, "--identify", "http://x"], /^--plan: "p.json" is not allowed here; give either --plan or --identify/],
      [["--out", "d", "--identify", "10.0.0.7:8000", "--model", "m"], /^--identify: .* give an address such as/],
      [["--out", "d", "--identify", "http://x"], /^--model: nothing is not allowed here/],
      [[...paths, "--verbose"], /^command line: .*--verbose.* --help/],
      [[...paths, "--progress", "xml"], /^--progress: "xml" is not allowed here; give json, human or none$/],
      [[...paths, "--time-limit", "0"], /^--time-limit: "0" is not allowed here; give a number of seconds above 0$/],
      [[...paths, "--time-limit", "soon"], /^--time-limit: "soon"/],
      [[...paths, "--wait-ready", "-1"], /^command line: .*--wait-ready/],
      [[...paths, "--wait-ready", "0"], /^--wait-ready: "0" is not allowed here; give a number of seconds above 0$/],
    ];
    for (const [args, message] of refusals) assert.throws(() => readCommandLine(args), { name: "PlanError", message });
  });
});
