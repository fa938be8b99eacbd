import { z } from "zod";
import { nearest } from "./nearest.ts";
import { UserError } from "./userError.ts";

type JsonSchema = z.core.JSONSchema.JSONSchema;
type Path = readonly PropertyKey[];

/** How a schema's messages name what they talk about. */
export interface Naming {
  /** File and key of a path inside the checked value; `value` where the user wrote another one than stands there. */
  locate(path: Path): { readonly file: string; readonly key: string; readonly value?: unknown };
  /** Where a missing key is to be added: "under config". */
  readonly place?: string;
  /** Keys of the top level that are read elsewhere, hence not in the schema. */
  readonly alsoKnown?: readonly string[];
}

/** Checks shapes, types and ranges. Every issue becomes one message with the key, the value, what is allowed and the next step. */
export function checkShape<T extends z.ZodType>(
  schema: T,
  values: unknown,
  naming: Naming,
): { readonly value: z.output<T> } | { readonly problems: UserError[] } {
  const result = schema.safeParse(values, { reportInput: true });
  if (result.success) return { value: result.data };
  const json = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, values, json, naming)) };
}

function problemsOf(issue: z.core.$ZodIssue, values: unknown, json: JsonSchema, naming: Naming): UserError[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey([...issue.path, key], values, json, naming));
  const schema = schemaAt(json, values, issue.path);
  const allowed = schema ? describeSchema(schema) : null;
  const { file, key, value = valueAt(values, issue.path) } = naming.locate(issue.path);
  if (value === undefined)
    return [
      new UserError({
        key,
        value,
        allowed,
        file,
        reason: "it is required",
        next: `Add ${key}${naming.place ? ` ${naming.place}` : ""}.`,
      }),
    ];
  const meant = typeof value === "string" ? nearest(value, choices(schema)) : null;
  const next = meant ? `Did you mean "${meant}"?` : correction(issue, value, schema);
  return [new UserError({ key, value: hidden(key, value), allowed, file, reason: reasonOf(issue), next })];
}

function unknownKey(path: Path, values: unknown, json: JsonSchema, naming: Naming): UserError {
  const listed = Object.keys(schemaAt(json, values, path.slice(0, -1))?.properties ?? {});
  const known = path.length === 1 ? [...listed, ...(naming.alsoKnown ?? [])] : listed;
  const name = String(path.at(-1));
  const meant = nearest(name, known);
  const secret = path.length > 1 ? nearest(name, naming.alsoKnown ?? []) : null;
  const elsewhere = meant ? null : secret ? `at the top level, as ${secret}, and encrypted` : placeOf(name, json);
  const { file, key, value = valueAt(values, path) } = naming.locate(path);
  return new UserError({
    file,
    key,
    value: hidden(name, value),
    reason: "there is no such setting",
    allowed: known.join(", "),
    next: meant ? `Did you mean ${meant}?` : elsewhere ? `It belongs ${elsewhere}.` : "Remove it.",
  });
}

/** The section that has a setting of this name, for settings written at the wrong level. */
function placeOf(name: string, json: JsonSchema): string | null {
  if (json.properties && name in json.properties) return "at the top level";
  for (const [section, schema] of Object.entries(json.properties ?? {}))
    if (typeof schema === "object" && schema.properties && name in schema.properties) return `under ${section}`;
  return null;
}

function reasonOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_small":
    case "too_big":
      return issue.origin === "array" || issue.origin === "string" ? "it is empty" : "it is out of range";
    case "invalid_type":
      return "it has the wrong type";
    case "invalid_value":
    case "invalid_union":
      return "it is not one of the choices";
    default:
      return "it does not have the form that is needed";
  }
}

/** What to do, where no near name can be offered. */
function correction(issue: z.core.$ZodIssue, value: unknown, schema: JsonSchema | null): string {
  const numeric = schema?.type === "number" || schema?.type === "integer";
  if (schema?.enum) return "Choose one of these.";
  if (numeric && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
    return `Write ${value.trim()} without quotes.`;
  if (numeric && typeof value === "number" && value > 1 && value <= 100 && schema?.maximum === 1)
    return `Write it as a share: ${value / 100}.`;
  if (issue.code === "invalid_type" && schema?.type === "array") return "Write it as a list, with [ ] or with dashes.";
  if (issue.code === "invalid_type" && schema?.type === "object") return "Write it as key: value lines below the key.";
  if (schema?.type === "boolean") return "Write true or false, without quotes.";
  return "Correct the value.";
}

function choices(schema: JsonSchema | null): string[] {
  return (schema?.enum ?? []).filter((choice) => typeof choice === "string");
}

function describeSchema(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map(String).join(", ");
  if (schema.title) return schema.title;
  switch (schema.type) {
    case "integer":
    case "number":
      return `${schema.type === "integer" ? "a whole number" : "a number"}${range(schema)}`;
    case "boolean":
      return "true or false";
    case "array":
      return schema.minItems ? "a list with at least one entry" : "a list";
    case "object":
      return schema.properties ? `an object with ${Object.keys(schema.properties).join(", ")}` : "an object";
    default:
      return "text";
  }
}

function range({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}${bounded ? `, at most ${maximum}` : ""}`;
  if (minimum !== undefined) return bounded ? ` from ${minimum} to ${maximum}` : `, at least ${minimum}`;
  return bounded ? `, at most ${maximum}` : "";
}

/** Follows a path through schema and value together: the value's `type` tells which member of a union is meant. */
function schemaAt(root: JsonSchema, values: unknown, path: Path): JsonSchema | null {
  let schema: JsonSchema | null = root;
  let value = values;
  for (const step of path) {
    const branch: JsonSchema | null = member(schema, value, step);
    const next: unknown =
      typeof step === "number" ? branch?.items : (branch?.properties?.[String(step)] ?? branch?.additionalProperties);
    schema = typeof next === "object" && next !== null ? (next as JsonSchema) : null;
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  }
  return member(schema, value, null);
}

function member(schema: JsonSchema | null, value: unknown, step: PropertyKey | null): JsonSchema | null {
  const members = (schema?.oneOf ?? schema?.anyOf) as JsonSchema[] | undefined;
  if (!schema || !members) return schema;
  const type = (value as { type?: unknown } | null | undefined)?.type;
  const types = (one: JsonSchema) => {
    const property = one.properties?.type;
    return typeof property === "object" ? (property.enum ?? [property.const]) : [];
  };
  const chosen = members.find((one) => types(one).includes(type as string));
  if (chosen) return member(chosen, value, step);
  const objects = members.flatMap((one) => one.oneOf ?? one.anyOf ?? [one]) as JsonSchema[];
  if (step === "type") return { properties: { type: { enum: objects.flatMap(types) as string[] } } };
  return objects.find((one) => one.type !== "null") ?? null;
}

function valueAt(values: unknown, path: Path): unknown {
  let value = values;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return value;
}

/** ["targets", 1, "engine", "blockSize"] -> "targets[1].engine.blockSize". */
export function pathText(path: Path): string {
  return path.map((step, i) => (typeof step === "number" ? `[${step}]` : `${i ? "." : ""}${String(step)}`)).join("");
}

/** A token under a misspelt key must not be printed by the message that points at the spelling. */
function hidden(key: string, value: unknown): unknown {
  if (typeof value === "number" || typeof value === "boolean") return value;
  const text = JSON.stringify({ [key.split(".").at(-1)!]: value });
  const isSecret =
    /"[^"]*(token(?!s)|secret|passw|api_?keys?|hftok)[^"]{0,3}":/i.test(text) ||
    /[":= ](hf_|sk-|nvapi-|Bearer )/.test(text);
  return isSecret ? "(hidden)" : value;
}
