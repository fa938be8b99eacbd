import { z } from "zod";
import { nearest } from "./nearest.ts";
import { UserError } from "./userError.ts";

type JsonSchema = z.core.JSONSchema.JSONSchema;
type Path = readonly PropertyKey[];

/** Keys by which members of unions are told apart: ours and inference-perf's, guidellm's. */
const tags: readonly string[] = ["type", "kind"];

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
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const issues = result.error.issues.flatMap((issue) => insideUnion(issue, values));
  return { problems: issues.flatMap((issue) => problemsOf(issue, values, json, naming)) };
}

/** What is wrong with the member of a union that was meant: the one that got furthest, by its tag first. Of scalars none was meant. */
function insideUnion(issue: z.core.$ZodIssue, values: unknown): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const value = valueAt(values, issue.path);
  if (typeof value !== "object" || value === null) return [issue];
  const cost = (one: z.core.$ZodIssue): number => {
    if (one.path.length === 0 && one.code === "invalid_type") return 1000; // no object at all, or a list
    return one.path.length === 1 && tags.includes(String(one.path[0])) ? 100 : 1;
  };
  const total = (issues: readonly z.core.$ZodIssue[]) => issues.reduce((sum, one) => sum + cost(one), 0);
  const best = issue.errors.reduce((a, b) => (total(b) < total(a) ? b : a));
  return best.flatMap((one) => insideUnion({ ...one, path: [...issue.path, ...one.path] } as z.core.$ZodIssue, values));
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

/** The section that has a setting of this name, for settings written at the wrong level; the outermost of several. */
function placeOf(name: string, json: JsonSchema): string | null {
  let level: (readonly [string, JsonSchema])[] = [["", json]];
  for (let depth = 0; depth < 5 && level.length > 0; depth++) {
    const found = level.find(([, schema]) => schema.properties && Object.hasOwn(schema.properties, name));
    if (found) return found[0] === "" ? "at the top level" : `under ${found[0]}`;
    level = level.flatMap(([path, schema]) =>
      Object.entries(schema.properties ?? {}).flatMap(([key, below]) =>
        membersOf(below).map((one) => [path === "" ? key : `${path}.${key}`, one] as const),
      ),
    );
  }
  return null;
}

/** A schema, or those of its members that could be meant. */
function membersOf(schema: unknown): JsonSchema[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { anyOf, oneOf } = schema as JsonSchema;
  return anyOf || oneOf ? (anyOf ?? oneOf ?? []).flatMap(membersOf) : [schema as JsonSchema];
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
    // A rule between keys, which its schema has put into words.
    case "custom":
      return issue.message;
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
  if (!schema || !(schema.oneOf ?? schema.anyOf)) return schema;
  const all = membersOf(schema);
  const isList = Array.isArray(value);
  const fitting = all.filter((one) => (isList ? one.type === "array" : one.type !== "array" && one.type !== "null"));
  const tag = tags.find((key) => fitting.some((one) => tagsOf(one, key).length > 0));
  if (tag !== undefined) {
    const chosen = fitting.find((one) =>
      tagsOf(one, tag).includes((value as Record<string, unknown> | null | undefined)?.[tag]),
    );
    if (chosen) return chosen;
    if (step === tag)
      return { properties: { [tag]: { enum: fitting.flatMap((one) => tagsOf(one, tag)) as string[] } } };
  }
  const named = fitting.find((one) => step !== null && one.properties && Object.hasOwn(one.properties, step));
  return named ?? fitting.find((one) => typeof value !== "object" || one.properties || isList) ?? null;
}

/** Values of the key that mark this member. */
function tagsOf(schema: JsonSchema, key: string): unknown[] {
  const property = schema.properties?.[key];
  if (typeof property !== "object") return [];
  return property.enum ?? (property.const === undefined ? [] : [property.const]);
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
