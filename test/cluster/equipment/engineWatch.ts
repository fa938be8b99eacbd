import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { labelKeys } from "../../../manifests/labels.ts";
import { testCore } from "./cluster.ts";
import { engines } from "./objectsOf.ts";

/** Looks several times a second which targets have an engine's pod on a node. */
export class EngineWatch {
  readonly #states: string[][] = [];
  readonly #stopped = new AbortController();
  readonly #looking: Promise<void>;

  constructor(namespace: string) {
    this.#looking = this.#look(namespace);
  }

  async #look(namespace: string): Promise<void> {
    const core = testCore();
    while (!this.#stopped.signal.aborted) {
      // A test beside this one may have stopped the API server for a moment.
      const list = await core.listNamespacedPod({ namespace, labelSelector: engines }).catch(() => null);
      const scheduled = list?.items.filter(({ spec }) => spec?.nodeName !== undefined);
      if (scheduled !== undefined) this.#note([...new Set(scheduled.map(targetOf))].sort());
      await sleep(200);
    }
  }

  #note(targets: string[]): void {
    if (JSON.stringify(targets) !== JSON.stringify(this.#states.at(-1))) this.#states.push(targets);
  }

  /** Targets side by side, in order. */
  async stop(): Promise<readonly (readonly string[])[]> {
    this.#stopped.abort();
    await this.#looking;
    return this.#states;
  }
}

function targetOf(pod: V1Pod): string {
  return String(pod.metadata?.labels?.[labelKeys.target]);
}
