import { invalidBody } from "./apiError.ts";

export type Body = Readonly<Record<string, unknown>>;

/** How a Python validator prints a value. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `'<list of ${value.length} items>'`;
  if (typeof value === "object") return `'<dict of ${Object.keys(value).length} items>'`;
  return `'${value}'`;
}

export function parseBody(text: string): Body {
  if (text === "") throw invalidBody("missing", "body", "Field required", "'None'");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1] ?? String(text.length);
    const context = ", 'ctx': {'error': 'Expecting value'}";
    throw invalidBody("json_invalid", `body.${position}`, "JSON decode error", "'<dict of 0 items>'", context);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    const message = "Input should be a valid dictionary or object to extract fields from";
    throw invalidBody("model_attributes_type", "body", message, shown(body));
  }
  return body as Body;
}

export function required(body: Body, key: string): unknown {
  if (body[key] !== undefined) return body[key];
  throw invalidBody("missing", `body.${key}`, "Field required", shown(body));
}

/** null when absent; digits in a string count, as they do for vLLM. */
export function integer(body: Body, key: string): number | null {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (typeof value === "string" && /^-?\d+$/.test(value)) return Number(value);
  if (typeof value === "number") {
    const message = "Input should be a valid integer, got a number with a fractional part";
    throw invalidBody("int_from_float", `body.${key}`, message, shown(value));
  }
  const message = "Input should be a valid integer, unable to parse string as an integer";
  throw invalidBody("int_parsing", `body.${key}`, message, shown(value));
}

export function number(body: Body, key: string): number | null {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return value;
  const message = "Input should be a valid number, unable to parse string as a number";
  throw invalidBody("float_parsing", `body.${key}`, message, shown(value));
}

export function boolean(body: Body, key: string, location = `body.${key}`): boolean {
  const value = body[key];
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  throw invalidBody(
    "bool_parsing",
    location,
    "Input should be a valid boolean, unable to interpret input",
    shown(value),
  );
}

export function object(body: Body, key: string): Body | null {
  const value = body[key];
  if (value === undefined || value === null) return null;
  if (typeof value === "object" && !Array.isArray(value)) return value as Body;
  throw invalidBody(
    "model_attributes_type",
    `body.${key}`,
    "Input should be a valid dictionary or object to extract fields from",
    shown(value),
  );
}

/** A string or a list of strings. */
export function strings(body: Body, key: string): readonly string[] {
  const value = body[key];
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const item of list) {
    if (typeof item !== "string") {
      throw invalidBody("string_type", `body.${key}`, "Input should be a valid string", shown(item));
    }
  }
  return list as readonly string[];
}

export function integers(body: Body, key: string): readonly number[] {
  const value = body[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    throw invalidBody("list_type", `body.${key}`, "Input should be a valid list", shown(value));
  }
  return value.map((_, i) => integer({ [key]: value[i] }, key) ?? 0);
}
