import assert from "node:assert/strict";
import fc from "fast-check";
import { counterDelta } from "../../../analysis/server/counterDelta.ts";
import type { EnginePage } from "../../../analysis/server/serverPage.ts";
import { growth, restarts, severalProcesses } from "../../../analysis/server/stagePages.ts";

/** Lives of a process: what each counted between one page and the next. */
const lives = fc.array(fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });

/** A page after each step; every life begins at 0. */
function pagesOf(given: readonly (readonly number[])[], withStart: boolean): EnginePage[] {
  return given.flatMap((steps, life) => {
    let value = 0;
    return steps.map((step): EnginePage => {
      value += step;
      return { counters: { outputTokens: value }, gauges: {}, kvCacheMax: null, startedAt: withStart ? life : null };
    });
  });
}

describe("counters of a server", () => {
  it("give all that was counted after the first page, whatever restarts lie between", () => {
    fc.assert(
      fc.property(lives, (given) => {
        const pages = pagesOf(given, true);
        const first = pages[0]?.counters.outputTokens ?? 0;
        const all = given.flat().reduce((sum, step) => sum + step, 0);
        assert.equal(growth(pages, "outputTokens", false), all - first);
        assert.equal(growth(pages, "outputTokens", true), all);
        assert.equal(restarts(pages), given.length - 1);
        assert.equal(severalProcesses(pages), false);
      }),
    );
  });

  it("never go down, also where a page does not tell when its process began", () => {
    fc.assert(
      fc.property(lives, (given) => {
        const pages = pagesOf(given, false);
        const all = given.flat().reduce((sum, step) => sum + step, 0);
        const grown = growth(pages, "outputTokens", false) as number;
        assert.ok(grown >= 0 && grown <= all);
      }),
    );
  });

  it("of one page have grown by nothing, of a page without the name are not known", () => {
    assert.equal(counterDelta([{ value: 5, startedAt: null }]), 0);
    const page: EnginePage = { counters: {}, gauges: {}, kvCacheMax: null, startedAt: 1 };
    assert.equal(growth([page, page], "preemptions", false), null);
  });

  it("of processes that take turns at one address are told from those of one that restarted", () => {
    const at = (startedAt: number): EnginePage => ({
      counters: { outputTokens: 9 },
      gauges: {},
      kvCacheMax: null,
      startedAt,
    });
    assert.equal(severalProcesses([at(1), at(1), at(2)]), false);
    assert.equal(severalProcesses([at(1), at(2), at(1)]), true);
  });
});
