import { createHash } from "node:crypto";
import type { Endpoint } from "./pool.ts";

/** An EndpointPickerConfig, as far as this stand-in reads it. */
export interface PickerConfig {
  readonly plugins: readonly { readonly type: string; readonly name?: string; readonly parameters?: Parameters }[];
  readonly schedulingProfiles?: readonly {
    readonly name: string;
    readonly plugins?: readonly { readonly pluginRef: string; readonly weight?: number }[];
  }[];
}

type Parameters = Readonly<Record<string, unknown>>;

const blockCharacters = 256;
const charactersPerToken = 4;

/** Which roles a filter lets through; of the real picker's filters by role. */
const rolesOf: Readonly<Record<string, readonly string[]>> = {
  "decode-filter": ["decode", "prefill-decode", "both", ""],
  "prefill-filter": ["prefill", "prefill-decode", "both"],
};

/**
 * Picks as the config's profiles say, with less knowledge than llm-d's picker has: load is what it has under way itself,
 * a prefix is cached where it was sent before. Scorers of what it does not know (KV cache use) count for nothing.
 */
export class Scheduling {
  readonly #config: PickerConfig;
  readonly #types: ReadonlyMap<string, string>;
  readonly #sentTo = new Map<string, Set<string>>();
  readonly underWay = new Map<string, number>();

  constructor(config: PickerConfig) {
    this.#config = config;
    this.#types = new Map(config.plugins.map(({ type, name }) => [name ?? type, type]));
    for (const { name, plugins = [] } of config.schedulingProfiles ?? [])
      for (const { pluginRef } of plugins)
        if (!this.#types.has(pluginRef)) throw new Error(`profile ${name}: there is no plugin "${pluginRef}"`);
  }

  get disaggregates(): boolean {
    return this.#config.schedulingProfiles?.some(({ name }) => name === "prefill") ?? false;
  }

  /** Null: nobody can answer. `prefill`: who is to read the prompt first. */
  pick(endpoints: readonly Endpoint[], prompt: string): { endpoint: Endpoint; prefill: Endpoint | null } | null {
    const profiles = this.#config.schedulingProfiles ?? [];
    const prefillProfile = profiles.find(({ name }) => name === "prefill");
    const blocks = blocksOf(prompt);
    const endpoint = this.#best(endpoints, profiles.find((profile) => profile !== prefillProfile)?.name, blocks);
    if (endpoint === null) return null;
    const uncached = ((1 - this.#cached(endpoint, blocks)) * prompt.length) / charactersPerToken;
    const isLong = prefillProfile !== undefined && prompt !== "" && uncached >= this.#threshold();
    const prefill = isLong ? this.#best(endpoints, prefillProfile.name, blocks) : null;
    for (const one of [endpoint, prefill]) if (one !== null) this.#note(one, blocks);
    return { endpoint, prefill };
  }

  #best(endpoints: readonly Endpoint[], profile: string | undefined, blocks: readonly string[]): Endpoint | null {
    const plugins = this.#config.schedulingProfiles?.find(({ name }) => name === profile)?.plugins ?? [];
    const used = plugins.map(({ pluginRef, weight = 1 }) => ({ type: this.#types.get(pluginRef) as string, weight }));
    const roles = used.flatMap(({ type }) => (rolesOf[type] === undefined ? [] : [rolesOf[type]]));
    const left = endpoints.filter(({ role }) => roles.every((allowed) => allowed.includes(role)));
    const busiest = Math.max(1, ...left.map(({ name }) => this.underWay.get(name) ?? 0));
    const score = (endpoint: Endpoint) =>
      used.reduce((sum, { type, weight }) => {
        if (/prefix.*scorer/.test(type)) return sum + weight * this.#cached(endpoint, blocks);
        if (/^(queue|load-aware|running-requests|active-request|token-load).*scorer/.test(type))
          return sum + weight * (1 - (this.underWay.get(endpoint.name) ?? 0) / busiest);
        return sum;
      }, 0);
    const scored = left.map((endpoint) => ({ endpoint, score: score(endpoint), lot: Math.random() }));
    scored.sort((a, b) => b.score - a.score || a.lot - b.lot);
    return scored[0]?.endpoint ?? null;
  }

  /** Share of the prompt's blocks that were sent there before, from the front. */
  #cached({ name }: Endpoint, blocks: readonly string[]): number {
    const miss = blocks.findIndex((block) => !this.#sentTo.get(block)?.has(name));
    return blocks.length === 0 ? 0 : (miss < 0 ? blocks.length : miss) / blocks.length;
  }

  #note({ name }: Endpoint, blocks: readonly string[]): void {
    for (const block of blocks) {
      const names = this.#sentTo.get(block) ?? new Set();
      this.#sentTo.delete(block);
      this.#sentTo.set(block, names.add(name));
    }
    for (const block of this.#sentTo.keys()) {
      if (this.#sentTo.size <= 50_000) break;
      this.#sentTo.delete(block);
    }
  }

  #threshold(): number {
    const decider = this.#config.plugins.find(({ type }) => type === "prefix-based-pd-decider");
    return Number(decider?.parameters?.nonCachedTokens ?? 0);
  }
}

/** Hashes of whole blocks, each with all before it. */
function blocksOf(prompt: string): string[] {
  const blocks: string[] = [];
  for (let end = blockCharacters; end <= prompt.length; end += blockCharacters)
    blocks.push(
      createHash("sha1")
        .update(blocks.at(-1) ?? "")
        .update(prompt.slice(end - blockCharacters, end))
        .digest("base64"),
    );
  return blocks;
}
