import { randomBytes } from "node:crypto";
import { isMap, type PropertyMap, Secret, Unknown, unwrapped } from "../wire/propertyValue.ts";
import type { Failure } from "../wire/provider.ts";
import { type PasswordInputs, password } from "./password.ts";

export interface RandomResource {
  /** Values of inputs that were not given. */
  readonly defaults: PropertyMap;
  check(inputs: PropertyMap): Failure[];
  create(inputs: PropertyMap): { readonly id: string; readonly outputs: PropertyMap };
  /** Outputs that a preview cannot know. */
  readonly computed: PropertyMap;
}

/** Type token -> resource. Rules: github.com/hashicorp/terraform-provider-random, which pulumi-random bridges. */
export const resources: Readonly<Record<string, RandomResource>> = {
  "random:index/randomPassword:RandomPassword": {
    // internal/provider/resource_password.go passwordSchemaV3; `number` is the former name of `numeric` and follows it.
    defaults: {
      lower: true,
      upper: true,
      numeric: true,
      number: true,
      special: true,
      minLower: 0,
      minUpper: 0,
      minNumeric: 0,
      minSpecial: 0,
    },
    check(inputs) {
      const asked = unwrapped(inputs) as unknown as PasswordInputs;
      const least = asked.minLower + asked.minUpper + asked.minNumeric + asked.minSpecial;
      if (Number.isInteger(asked.length) && asked.length >= Math.max(1, least)) return [];
      return [{ property: "length", reason: `length must be a whole number, at least ${Math.max(1, least)}` }];
    },
    // The id is "none" (Create); result is sensitive. bcryptHash is left out: the stand-in does not know bcrypt.
    create: (inputs) => ({
      id: "none",
      outputs: { result: new Secret(password(unwrapped(inputs) as unknown as PasswordInputs)) },
    }),
    computed: { result: new Secret(new Unknown()) },
  },
  "random:index/randomId:RandomId": {
    defaults: {},
    check: ({ byteLength }) =>
      typeof byteLength === "number" && byteLength >= 1
        ? []
        : [{ property: "byteLength", reason: "byteLength must be at least 1" }],
    // internal/provider/resource_id.go Create: the id is the unprefixed base64url form.
    create(inputs) {
      const { byteLength, prefix = "" } = unwrapped(inputs) as { byteLength: number; prefix?: string };
      const bytes = randomBytes(byteLength);
      const id = bytes.toString("base64url");
      const hex = bytes.toString("hex");
      const forms = { b64Url: id, b64Std: bytes.toString("base64"), hex, dec: BigInt(`0x${hex}`).toString() };
      return { id, outputs: Object.fromEntries(Object.entries(forms).map(([key, form]) => [key, prefix + form])) };
    },
    computed: { b64Url: new Unknown(), b64Std: new Unknown(), hex: new Unknown(), dec: new Unknown() },
  },
};

/** All inputs of both resources replace (RequiresReplace); an empty overrideSpecial that goes away does not. */
export function replacingChanges(olds: PropertyMap, news: PropertyMap): Map<string, "add" | "delete" | "update"> {
  const changes = new Map<string, "add" | "delete" | "update">();
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    const [old, value] = [olds[key], news[key]].map((item) => (item === undefined ? undefined : unwrapped(item)));
    if (same(old, value) || (key === "overrideSpecial" && old === "" && value === undefined)) continue;
    changes.set(key, old === undefined ? "add" : value === undefined ? "delete" : "update");
  }
  return changes;
}

/** internal/planmodifiers/map RequiresReplaceIfValuesNotNull: no keepers and keepers without a value are the same. */
function same(old: unknown, value: unknown): boolean {
  if (value instanceof Unknown) return false;
  if (!isMap(old ?? {}) || !isMap(value ?? {})) return old === value;
  const entries = (map: unknown) =>
    JSON.stringify(
      Object.entries(map ?? {})
        .filter(([, item]) => item !== null)
        .sort(),
    );
  return entries(old) === entries(value);
}
