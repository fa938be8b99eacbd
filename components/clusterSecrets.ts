import * as pulumi from "@pulumi/pulumi";
import { apiKeysFrom } from "../run/apiKeys.ts";

export interface ClusterSecrets {
  readonly hfToken: pulumi.Output<string> | undefined;
  /** Target name -> key of an existing engine. */
  readonly apiKeys: Readonly<Record<string, pulumi.Output<string>>>;
  /** Never an output: it is used here, to wait and collect, and by the provider. */
  readonly clusterToken: string | null;
}

/** Secrets of a stack's configuration, marked as such, so that the engine encrypts them wherever they go. */
export function clusterSecrets(config: Readonly<Record<string, string>>): ClusterSecrets {
  const hfToken = config["llm-bench:hfToken"] || process.env.HF_TOKEN;
  const apiKeys = Object.entries(apiKeysFrom(config)).map(([name, key]) => [name, pulumi.secret(key)] as const);
  return {
    hfToken: hfToken ? pulumi.secret(hfToken) : undefined,
    apiKeys: Object.fromEntries(apiKeys),
    clusterToken: config["llm-bench:clusterToken"] || null,
  };
}
