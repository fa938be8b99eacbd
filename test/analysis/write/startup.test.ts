import { deepEqual, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startupSection } from "../../../analysis/report/startup.ts";
import { parseStartupLog } from "../../../analysis/startup/parseStartupLog.ts";
import { startupJson, startupText } from "../../../analysis/write/startup.ts";

const data = join(import.meta.dirname, "../../data/vllm-startup");
const read = (format: string) => parseStartupLog(readFileSync(join(data, `v0.32.0-cpu-${format}.log`), "utf8"));

describe("Startup in words", () => {
  it("names what is missing and why, and never calls it 0", () => {
    const text = startupText(read("safetensors"));
    match(text, /^vLLM 0\.32\.0, load format safetensors\n/);
    match(text, /^Model loading\s+Worker \d+\s+\d+\s+(?:\d+|<1)$/m);
    match(text, /^Detect platform\s+-\s+-\s+- \(no line begins it\)$/m, "the level was DEBUG already");
    match(text, /^PyTorch compilation\s+-\s+-\s+- \(not there with --enforce-eager\)$/m);
    match(text, /^loadGiB\s+- \(an engine on a CPU does not log it\)/m);
    match(text, /^weightsSeconds\s+0\.07 /m);
    match(text, /^Not found: .*phase Detect platform/m);
    ok(!/ 0$/m.test(text.split("\nvalue")[0] as string), "0 s at a resolution of 1 s is <1");
  });

  it("is read back from its JSON as it was", () => {
    const startup = read("runai-streamer");
    deepEqual(JSON.parse(startupJson(startup)), startup);
  });

  it("stands side by side in the report", () => {
    const startups = ["safetensors", "runai-streamer"].map((name) => ({ name, startup: read(name) }));
    const { markup } = startupSection(startups);
    match(markup, /Start of the engine/);
    match(markup, /load format runai_streamer/);
    match(markup, /title="an engine on a CPU does not log it"/);
    deepEqual(startupSection([]).markup, "");
  });
});
