import { authenticationOf } from "./clusterLogin.ts";
import type { Cluster } from "./connection.ts";
import { ApiException, HttpMethod, RequestContext, request } from "./kubernetesClient.ts";
import type { LogQuery } from "./podLog.ts";

const logSeconds = 30;

/**
 * The last `mostBytes` of a container's log, from the beginning of a line. The API counts its limit from the log's
 * beginning, so all of it is read and the end is kept.
 */
export async function endOfLog(
  cluster: Cluster,
  { namespace, pod, container }: LogQuery,
  mostBytes: number,
  previous = false,
): Promise<{ readonly text: string; readonly cutBytes: number }> {
  const url = new URL(`${cluster.identity.server}/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  url.searchParams.set("container", container);
  if (previous) url.searchParams.set("previous", "true");
  const context = new RequestContext(url.toString(), HttpMethod.GET);
  await authenticationOf(cluster.config).applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const answer = await request(url, {
    headers: context.getHeaders(),
    signal: AbortSignal.timeout(logSeconds * 1000),
    ...(dispatcher === undefined ? {} : { dispatcher }),
  });
  if (answer.statusCode !== 200) throw new ApiException(answer.statusCode, "log", await answer.body.text(), {});
  const pieces: Buffer[] = [];
  let [kept, all] = [0, 0];
  for await (const piece of answer.body as AsyncIterable<Buffer>) {
    pieces.push(piece);
    kept += piece.length;
    all += piece.length;
    while (pieces[0] && kept - pieces[0].length >= mostBytes) kept -= (pieces.shift() as Buffer).length;
  }
  let end = Buffer.concat(pieces);
  if (end.length > mostBytes) end = end.subarray(end.length - mostBytes);
  if (end.length < all) end = end.subarray(end.indexOf(0x0a) + 1);
  return { text: withoutSecrets(end.toString()), cutBytes: all - end.length };
}

/** vLLM logs its arguments at its start, keys given as arguments included; libraries log tokens when they are refused. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(['"]?api[_-]key['"]?\s*[:=]\s*)(\[[^\]\n]*\]|'[^'\n]*'|"[^"\n]*"|[^\s,})]+)/gi, "$1(left out)")
    .replace(/\bhf_[A-Za-z0-9]{16,}/g, "(left out)")
    .replace(/\b(Bearer )[A-Za-z0-9._~+/=-]{8,}/gi, "$1(left out)");
}
