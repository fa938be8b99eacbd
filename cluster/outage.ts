import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "./clusterError.ts";
import type { ClusterIdentity } from "./connection.ts";
import { ApiException } from "./kubernetesClient.ts";
import { isTransient, statusMessage, whyNoAnswer } from "./noAnswer.ts";

export interface OutageOptions {
  readonly signal: AbortSignal;
  /** How long the API server may be away, in seconds. */
  readonly patienceSeconds: number;
  /** Told when it goes and when it is back. */
  readonly say: (line: string) => void;
}

/**
 * Asks until there is an answer: an API server that restarts or is upgraded must not end a wait of an hour. Answers that
 * say no (404, 403) are thrown as they are; an outage beyond the patience is a ClusterError.
 */
export async function throughOutage<T>(
  identity: ClusterIdentity,
  { signal, patienceSeconds, say }: OutageOptions,
  ask: () => Promise<T>,
): Promise<T> {
  let since: number | null = null;
  for (;;) {
    signal.throwIfAborted();
    try {
      const answer = await ask();
      if (since !== null) say(`the API server is back after ${Math.round((Date.now() - since) / 1000)} s`);
      return answer;
    } catch (error) {
      if (!isTransient(error)) throw error;
      const why = whyNoAnswer(error, identity) ?? String(error);
      if (since === null) say(`the API server is away, waiting up to ${patienceSeconds} s for it: ${why}`);
      since ??= Date.now();
      if (Date.now() - since > patienceSeconds * 1000) {
        throw new ClusterError(
          `the API server has been away for ${patienceSeconds} s: ${why}`,
          "what runs in the cluster goes on; run up again when it is back, and it takes up where this ended",
          { cause: error },
        );
      }
    }
    await sleep(1000, undefined, { signal });
  }
}

/** A request that was refused, as one message; what is no such thing comes back as it is. */
export function refusal(error: unknown, doing: string): unknown {
  if (!(error instanceof ApiException)) return error;
  if (error.code === 401) {
    return new ClusterError(
      `${doing}: the cluster does not accept the login (any more): ${statusMessage(error)}`,
      "log in again and run up again; what runs in the cluster goes on, and is taken up then",
      { cause: error },
    );
  }
  const next =
    error.code === 403
      ? "ask for this right, or log in as somebody who has it; preview lists all rights that up needs"
      : "look at what is named; if it was deleted by somebody else, destroy and up make it again, and results stay";
  return new ClusterError(`${doing}: ${statusMessage(error)}`, next, { cause: error });
}
