import assert from "node:assert/strict";
import { ApiException } from "@kubernetes/client-node";
import { ClusterError } from "../../cluster/clusterError.ts";
import { refusal, throughOutage } from "../../cluster/outage.ts";

const identity = { context: "lab", server: "https://127.0.0.1:6443" };
const answer = (code: number, message: string) => new ApiException(code, "", { message }, {});
const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const options = (patienceSeconds: number, said: string[] = [], signal = new AbortController().signal) => ({
  signal,
  patienceSeconds,
  say: (line: string) => void said.push(line),
});

describe("an API server that says no", () => {
  const told = (code: number, words: string) => refusal(answer(code, words), "waiting for the Job x") as ClusterError;

  it("to an old login: log in again, the run goes on", () => {
    const error = told(401, "Unauthorized");
    assert.ok(error instanceof ClusterError);
    assert.match(error.message, /^waiting for the Job x: the cluster does not accept the login \(any more\)/);
    assert.match(error.next, /log in again and run up again; what runs in the cluster goes on/);
  });

  it("to a right that is missing, or of something that is gone: its own words and a next step", () => {
    assert.match(told(403, 'User "jane" cannot list pods').message, /^waiting for the Job x: User "jane" cannot/);
    assert.match(told(403, "no").next, /ask for this right/);
    assert.match(told(404, 'jobs.batch "x" not found').next, /deleted by somebody else/);
  });

  it("what is no answer of it stays what it is", () => assert.equal(refusal(refused, "waiting"), refused));
});

describe("an API server that is away", () => {
  it("for a moment: asks again, and says when it went and came back", async () => {
    const said: string[] = [];
    let asked = 0;
    const ask = async () => {
      asked += 1;
      if (asked === 1) throw refused;
      return "here";
    };
    assert.equal(await throughOutage(identity, options(60, said), ask), "here");
    assert.match(said[0] as string, /is away, waiting up to 60 s for it: https:\/\/127\.0\.0\.1:6443 .*refuses/);
    assert.match(said[1] as string, /is back after \d+ s/);
    assert.equal(said.length, 2);
  });

  it("for longer than the patience: one error, and what runs goes on", async () => {
    const asking = throughOutage(identity, options(0.5), () => Promise.reject(refused));
    await assert.rejects(asking, (error: ClusterError) => {
      assert.match(error.message, /has been away for 0\.5 s/);
      assert.match(error.next, /goes on; run up again/);
      return true;
    });
  });

  it("an answer that says no is thrown at once, an interrupt ends the wait", async () => {
    const no = answer(403, "no");
    await assert.rejects(
      throughOutage(identity, options(60), () => Promise.reject(no)),
      (error) => error === no,
    );
    const controller = new AbortController();
    const asking = throughOutage(identity, options(60, [], controller.signal), () => Promise.reject(refused));
    setTimeout(() => controller.abort(), 50);
    await assert.rejects(asking, { name: "AbortError" });
  });
});
