import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkChartFolders } from "../../run/chartFolders.ts";
import { llmdScenario, noGateway } from "../scenario/llmdScenarios.ts";

const from = (charts: string) => llmdScenario({ ...noGateway, llmd: { ...(noGateway.llmd as object), charts } });

describe("a folder of charts", () => {
  it("must hold the charts that the targets need, and is not asked about others", async () => {
    const folder = await mkdtemp(join(tmpdir(), "llm-bench-charts-"));
    try {
      const scenario = from(folder);
      for (const name of ["standalone", "llm-d-modelservice"]) {
        const missing = new RegExp(`Pulumi\\.llmd\\.yaml: llmd\\.charts is .*needs chart ${name}, and there is no `);
        assert.throws(() => checkChartFolders(scenario), missing);
        await mkdir(join(folder, name));
        await writeFile(join(folder, name, "Chart.yaml"), `name: ${name}\n`);
      }
      checkChartFolders(scenario);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("is not looked for where an address is given", () => {
    for (const charts of ["oci://registry.example.org/charts", "https://charts.example.org/"])
      checkChartFolders(from(charts));
    checkChartFolders(llmdScenario(noGateway));
  });
});
