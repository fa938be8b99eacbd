/** Configurations that must be refused, each for exactly one reason. */
export interface BadConfig {
  readonly name: string;
  /** true: every key is fine by itself and it is their combination that is wrong. */
  readonly crossKey: boolean;
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: {
    readonly hfToken?: string;
    readonly clusterToken?: string;
    readonly apiKeys?: Readonly<Record<string, unknown>>;
  };
}

export const local = { platform: "local", gpu: "h100-80", model: "llama-8b" };
export const gke = { platform: "gke", gpu: "a100-80", model: "llama-8b" };
export const ocp = { platform: "ocp", gpu: "h100-80", model: "llama-8b" };
export const token = { hfToken: "hf_not_a_real_token" };
export const clusterToken = { clusterToken: "sha256~not_a_real_token" };
export const endpoint = { name: "engine-a", url: "http://127.0.0.1:8000" };
export const spec = {
  ...{ name: "acme/tiny", totalParams: 1_000_000_000, layers: 16, hiddenSize: 2048, ffnSize: 8192 },
  ...{ attentionHeads: 32, kvHeads: 8, headSize: 64, vocabSize: 32000, maxContext: 8192 },
};

export function single(name: string, values: object): BadConfig {
  return { name, crossKey: false, values: values as Record<string, unknown>, secrets: token };
}
export function cross(name: string, values: object, secrets: BadConfig["secrets"] = token): BadConfig {
  return { name, crossKey: true, values: values as Record<string, unknown>, secrets };
}
