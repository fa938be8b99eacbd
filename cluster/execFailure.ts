import { ClusterError } from "./clusterError.ts";
import { ExecExit, TransientExecError } from "./execErrors.ts";
import type { V1Status } from "./kubernetesClient.ts";

export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The server refused the handshake; all that the WebSocket library keeps of its answer is the HTTP status. */
export function refusal(message: string, { namespace, pod }: ExecTarget): Error {
  const [, code] = /server response: (\d+)/.exec(message) ?? [];
  switch (code) {
    case "401":
    case "403":
      return new ClusterError(
        `exec into pod ${namespace}/${pod} is not allowed (HTTP ${code})`,
        'the identity that collects needs the verbs "get" and "create" on "pods/exec" in that namespace',
      );
    case "404":
      return new TransientExecError("gone", `pod ${namespace}/${pod} is not there`);
    case "400":
      return new TransientExecError("not-started", `pod ${namespace}/${pod} has no node yet, or has ended`);
    default:
      return new TransientExecError("broken", message);
  }
}

/** null: the command ended well. */
export function failureOf(status: V1Status, stderr: string, target: ExecTarget): Error | null {
  if (status.status === "Success") return null;
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  if (status.reason === "NonZeroExitCode" && cause !== undefined) {
    const code = Number(cause);
    // Killed with its container, or by the kernel for want of memory; nothing the command itself decided.
    if (code === 137 || code === 143) return new TransientExecError("broken", `the command was killed (code ${code})`);
    return new ExecExit(code, stderr);
  }
  const message = status.message ?? JSON.stringify(status);
  // "pod does not exist": the kubelet has not heard yet of a pod that the API server has given it.
  if (/container not found|pod does not exist|stopped state|not running/.test(message))
    return new TransientExecError("not-started", message);
  if (/executable file not found|no such file or directory/.test(message)) {
    return new ClusterError(
      `the image of container "${target.container}" in pod ${target.namespace}/${target.pod} cannot run the command: ${message}`,
      'set "harness.image" to an image with Node.js, such as docker.io/library/node:24-bookworm-slim',
    );
  }
  return new TransientExecError("broken", message);
}
