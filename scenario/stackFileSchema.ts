import { z } from "zod";
import { configSchema } from "./schema.ts";

const PROJECT = "llm-bench";
const secure = {
  type: "object",
  description: "Encrypted by: pulumi config set --secret",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** JSON Schema of a stack file (Pulumi.<stack>.yaml), for editors: completes keys and values, and marks typos while one types. */
export function stackFileSchema(): Record<string, unknown> {
  const { properties = {}, required = [] } = z.toJSONSchema(configSchema, { io: "input" });
  const entries = Object.entries(properties).map(([key, schema]) => [qualified(key), orText(key, schema)]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Stack of LLM Bench: one benchmark scenario",
    type: "object",
    required: ["config"],
    additionalProperties: false,
    properties: {
      encryptionsalt: { type: "string", description: "Written by Pulumi." },
      encryptedkey: { type: "string", description: "Written by Pulumi." },
      secretsprovider: { type: "string", description: "Written by Pulumi." },
      environment: { description: "Pulumi ESC; needs Pulumi Cloud." },
      config: {
        type: "object",
        required: required.map(qualified),
        properties: {
          ...Object.fromEntries(entries),
          [qualified("hfToken")]: {
            ...secure,
            description: "Hugging Face token, for gated models. Encrypted: pulumi config set --secret",
          },
          [qualified("clusterToken")]: {
            ...secure,
            description: "Token for cluster.host. Encrypted: pulumi config set --secret",
          },
          [qualified("apiKeys")]: {
            description: "Target name -> API key, for existing engines. Encrypted: pulumi config set --secret --path",
            anyOf: [secure, { type: "object", additionalProperties: secure }],
          },
        },
        // Other namespaces (gcp:project, kubernetes:context, ...) are none of our business; ours takes known keys only.
        patternProperties: { [`^(?!${PROJECT}:)[^:]+:`]: {} },
        additionalProperties: false,
      },
    },
  };
}

/** The committed file's content. */
export function stackFileSchemaText(): string {
  return `${JSON.stringify(stackFileSchema(), null, 2)}\n`;
}

function qualified(key: string): string {
  return `${PROJECT}:${key}`;
}

/** Pulumi writes top-level numbers and truths back as text ("5", "true"), so both are right there. */
function orText(key: string, schema: unknown): unknown {
  const { type, description } = schema as { type?: string; description?: string };
  const pattern = type === "boolean" ? "^(true|false)$" : "^\\d+$";
  if (type !== "integer" && type !== "number" && type !== "boolean") return schema;
  return { description, anyOf: [schema, { type: "string", pattern, title: `${key} as text` }] };
}
