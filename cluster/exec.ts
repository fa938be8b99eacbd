import type { Cluster } from "./connection.ts";
import { TransientExecError } from "./execErrors.ts";
import { type ExecTarget, failureOf, refusal } from "./execFailure.ts";
import { Exec, type V1Status } from "./kubernetesClient.ts";

export interface ExecOptions {
  /** From the first byte of the handshake to the exit status. */
  readonly deadlineSeconds?: number;
  /** The longest time without a byte: what tells a dead connection from a slow one. */
  readonly idleSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Streams of the protocol v4/v5.channel.k8s.io; the first byte of each message is the stream's number. */
const stream = { stdout: 1, stderr: 2, status: 3 };
/** After the status: the server closes within milliseconds; bytes that are still under way come before its close. */
const closeSeconds = 2;
const stderrBytes = 4096;

type Socket = Awaited<ReturnType<Exec["handler"]["connect"]>>;

/**
 * Runs a command in a container and returns its stdout. Nothing here proves that the bytes are all there: the status may
 * overtake them, and a proxy may cut them, so callers check lengths that the command itself tells. The stream has no
 * backpressure, everything is kept in memory: ask for bounded output.
 *
 * @throws ExecExit when the command fails, TransientExecError when trying again may help, ClusterError when it cannot.
 */
export async function exec(
  cluster: Cluster,
  target: ExecTarget,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<Buffer> {
  const { deadlineSeconds = 600, idleSeconds = 30, signal } = options;
  signal?.throwIfAborted();
  return new Promise<Buffer>((resolve, reject) => {
    const stdout: Buffer[] = [];
    let stderr = "";
    let status: V1Status | null = null;
    let socket: Socket | null = null;
    let settled = false;
    let closing: NodeJS.Timeout | undefined;

    const settle = (end: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      clearTimeout(idle);
      // It holds all that came: two seconds' worth of answers, 150 MB where a network is fast.
      clearTimeout(closing);
      signal?.removeEventListener("abort", onAbort);
      // close() would wait for the peer, up to 30 s if it is gone.
      socket?.terminate();
      end();
    };
    const fail = (error: unknown) => settle(() => reject(error));
    const finish = () => {
      if (status === null)
        return fail(new TransientExecError("broken", "the connection closed before the command ended"));
      const failure = failureOf(status, stderr.trim(), target);
      settle(() => (failure === null ? resolve(Buffer.concat(stdout)) : reject(failure)));
    };
    const onAbort = () => fail(signal?.reason);
    const silent = () => fail(new TransientExecError("broken", `no byte for ${idleSeconds} s`));
    const deadline = setTimeout(
      () => fail(new TransientExecError("broken", `not done in ${deadlineSeconds} s`)),
      deadlineSeconds * 1000,
    );
    const idle = setTimeout(silent, idleSeconds * 1000);
    signal?.addEventListener("abort", onAbort, { once: true });

    const receive = (number: number, bytes: Buffer): boolean => {
      idle.refresh();
      if (number === stream.stdout) stdout.push(bytes);
      else if (number === stream.stderr) stderr = (stderr + bytes.toString()).slice(-stderrBytes);
      else if (number === stream.status) {
        status = JSON.parse(bytes.toString()) as V1Status;
        closing = setTimeout(finish, closeSeconds * 1000).unref();
      }
      return true;
    };

    // Exec.exec() ends its sinks at the status, and bytes that come later are then "write after end": its handler alone.
    new Exec(cluster.config).handler.connect(execPath(target, command), null, receive).then(
      (opened) => {
        socket = opened;
        if (settled) return opened.terminate();
        opened.onclose = finish;
        opened.onerror = (event: { message: string }) => fail(new TransientExecError("broken", event.message));
      },
      (error: { message?: string }) => fail(refusal(String(error.message), target)),
    );
  });
}

function execPath({ namespace, pod, container }: ExecTarget, command: readonly string[]): string {
  const query = new URLSearchParams([
    ["container", container],
    ["stdout", "true"],
    ["stderr", "true"],
  ]);
  for (const word of command) query.append("command", word);
  return `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`;
}
