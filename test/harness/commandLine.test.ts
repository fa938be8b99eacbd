import assert from "node:assert/strict";
import { readCommandLine } from "../../harness/commandLine.ts";

describe("readCommandLine", () => {
  const paths = ["--plan", "p.json", "--out", "dir"];

  it("reads the options", () => {
    const plain = {
      plan: "p.json",
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

  it("refuses others with key, value and what is allowed", () => {
    const refusals: [string[], RegExp][] = [
      [["--out", "dir"], /^--plan: nothing is not allowed here; give the path of the plan/],
      [["--plan", "p.json"], /^--out: nothing is not allowed here; give the folder/],
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
