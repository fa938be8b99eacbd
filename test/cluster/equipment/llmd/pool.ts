import { setTimeout as sleep } from "node:timers/promises";
import { type InferencePool, poolPath, read } from "./inCluster.ts";

export interface Endpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Label llm-d.ai/role; "": it has none. */
  readonly role: string;
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Ready pods that a selector finds: that of an InferencePool, or one given by flag. Looked up twice a second. */
export class Pool {
  readonly name: string;
  endpoints: readonly Endpoint[] = [];
  readonly #namespace: string;
  readonly #flags: ReadonlyMap<string, string>;

  constructor(flags: ReadonlyMap<string, string>) {
    this.#flags = flags;
    this.#namespace = flags.get("pool-namespace") ?? process.env.NAMESPACE ?? "default";
    this.name = flags.get("pool-name") ?? flags.get("endpoint-selector") ?? "";
    if (this.name === "") throw new Error("either --pool-name or --endpoint-selector must be given");
  }

  async follow(): Promise<never> {
    for (;;) {
      await this.#look().catch((error: Error) => process.stderr.write(`${error.message}\n`));
      await sleep(500);
    }
  }

  async #look(): Promise<void> {
    const { selector, port } = await this.#selected();
    const path = `/api/v1/namespaces/${this.#namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
    const { items } = await read<{ items: readonly Pod[] }>(path);
    this.endpoints = items.flatMap(({ metadata, status }) => {
      const isReady = status.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
      if (!isReady || status.podIP === undefined || metadata.deletionTimestamp !== undefined) return [];
      return [{ name: metadata.name, host: status.podIP, port, role: metadata.labels?.["llm-d.ai/role"] ?? "" }];
    });
  }

  async #selected(): Promise<{ selector: string; port: number }> {
    const given = this.#flags.get("endpoint-selector");
    if (given !== undefined) return { selector: given, port: Number(this.#flags.get("endpoint-target-ports") ?? 8000) };
    const { spec } = await read<InferencePool>(poolPath(this.#namespace, this.name));
    const labels = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
    return { selector: labels.join(), port: spec.targetPorts[0]?.number ?? 8000 };
  }
}
