import type { ClusterIdentity } from "./connection.ts";
import { ApiException } from "./kubernetesClient.ts";
import { statusMessage, whyNoAnswer } from "./noAnswer.ts";

/** Something asked of the cluster: it may be forbidden or gone, and that is said instead of a value. */
export type Known<T> = { readonly value: T; readonly reason: null } | { readonly value: null; readonly reason: string };

export function known<T>(value: T): Known<T> {
  return { value, reason: null };
}

export function unknown<T>(reason: string): Known<T> {
  return { value: null, reason };
}

/** Never fails: what a run measured must not be lost because a fact about its surroundings cannot be had. */
export async function ask<T>(identity: ClusterIdentity, question: () => Promise<T>): Promise<Known<T>> {
  try {
    return known(await question());
  } catch (error) {
    if (error instanceof ApiException) return unknown(`HTTP ${error.code}: ${statusMessage(error)}`);
    return unknown(whyNoAnswer(error, identity) ?? String(error));
  }
}
