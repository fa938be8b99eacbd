import { authenticationOf } from "./clusterLogin.ts";
import type { Cluster } from "./connection.ts";
import { HttpMethod, RequestContext, request } from "./kubernetesClient.ts";

export interface LogQuery {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The last lines of a container's log; empty where there is none (not started, or gone with its node). */
export async function lastLines(
  cluster: Cluster,
  { namespace, pod, container }: LogQuery,
  options: { readonly lines: number; readonly previous?: boolean },
): Promise<string[]> {
  try {
    const text = await cluster.core.readNamespacedPodLog({
      namespace,
      name: pod,
      container,
      tailLines: options.lines,
      // A line may be as long as the program likes; a tokenizer's configuration on one line is not rare.
      limitBytes: 64 * 1024,
      previous: options.previous ?? false,
    });
    return lines(String(text ?? ""));
  } catch {
    return [];
  }
}

/** One line of a log: when the container runtime got it (RFC 3339, ns), and its text. */
export interface LogLine {
  readonly time: string;
  readonly text: string;
}

/** The API server, or the kubelet behind it, would not give a log. */
export class LogRefused extends Error {
  override readonly name = "LogRefused";
  readonly status: number;

  constructor(status: number, answer: string) {
    super(`the log answers with HTTP status ${status}: ${answer.slice(0, 300)}`);
    this.status = status;
  }
}

/**
 * Follows a container's log from the second of `since` on until it ends, calls `onLine` for each line, and resolves at
 * the end of the stream with what came after the last line feed, if anything: the end of a program that was killed, or
 * of a stream that was cut. Rejects when the connection breaks or the API server refuses. It has no deadline of its own:
 * a quiet program is no fault. `signal` ends it.
 */
export async function followLog(
  cluster: Cluster,
  { namespace, pod, container }: LogQuery,
  since: string | null,
  signal: AbortSignal,
  onLine: (line: LogLine) => void,
): Promise<LogLine | null> {
  const url = new URL(`${cluster.identity.server}/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  url.searchParams.set("container", container);
  url.searchParams.set("follow", "true");
  url.searchParams.set("timestamps", "true");
  if (since !== null) url.searchParams.set("sinceTime", since);
  const context = new RequestContext(url.toString(), HttpMethod.GET);
  await authenticationOf(cluster.config).applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const answer = await request(url, {
    headers: context.getHeaders(),
    signal,
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  if (answer.statusCode !== 200) {
    throw new LogRefused(answer.statusCode, await answer.body.text());
  }
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) {
    const parts = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const line = split(part);
      if (line) onLine(line);
    }
  }
  return split(rest);
}

function split(line: string): LogLine | null {
  const space = line.indexOf(" ");
  return space > 0 ? { time: line.slice(0, space), text: line.slice(space + 1) } : null;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}
