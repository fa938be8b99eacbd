import assert from "node:assert/strict";
import { ClusterError } from "../../cluster/clusterError.ts";
import { ExecExit, TransientExecError } from "../../cluster/execErrors.ts";
import { failureOf, refusal } from "../../cluster/execFailure.ts";

const target = { namespace: "bench", pod: "reader", container: "harness" };
const internal = (message: string) => failureOf({ status: "Failure", reason: "InternalError", message }, "", target);
const exit = (code: string, stderr = "") =>
  failureOf(
    { status: "Failure", reason: "NonZeroExitCode", details: { causes: [{ reason: "ExitCode", message: code }] } },
    stderr,
    target,
  );

describe("what an exec ended with", () => {
  it("is nothing, or the command's own code and words", () => {
    assert.equal(failureOf({ status: "Success" }, "", target), null);
    const failure = exit("7", "so it is");
    assert.ok(failure instanceof ExecExit && failure.code === 7 && failure.stderr === "so it is");
  });

  it("is worth another try while the container, or the kubelet's knowledge of its pod, is not there yet", () => {
    for (const message of [
      'Internal error occurred: unable to upgrade connection: container not found ("harness")',
      // Seen on a busy machine: the API server had given the pod to the node, whose kubelet had not heard of it.
      "Internal error occurred: unable to upgrade connection: pod does not exist",
      "failed to exec in container: container is not running",
    ]) {
      const failure = internal(message);
      assert.ok(failure instanceof TransientExecError && failure.kind === "not-started", message);
    }
    for (const [code, kind] of [
      ["404", "gone"],
      ["400", "not-started"],
      ["502", "broken"],
    ] as const) {
      const failure = refusal(`Unexpected server response: ${code}`, target);
      assert.ok(failure instanceof TransientExecError && failure.kind === kind, code);
    }
  });

  it("is a broken connection for what nobody knows, and for a command that was killed with its container", () => {
    for (const failure of [internal("error dialing backend: EOF"), exit("137"), exit("143")])
      assert.ok(failure instanceof TransientExecError && failure.kind === "broken");
  });

  it("is final where the image has no such command, or one may not", () => {
    const noNode = internal('exec failed: exec: "node": executable file not found in $PATH: unknown');
    assert.ok(noNode instanceof ClusterError);
    assert.match(noNode.next, /harness\.image/);
    const forbidden = refusal("Unexpected server response: 403", target);
    assert.ok(forbidden instanceof ClusterError);
    assert.match(forbidden.next, /pods\/exec/);
  });
});
