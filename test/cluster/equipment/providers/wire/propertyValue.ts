import structs from "google-protobuf/google/protobuf/struct_pb.js";

/** A value as engine and provider exchange it: JSON, plus secrets and values that a preview does not know yet. */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | readonly PropertyValue[]
  | PropertyMap
  | Secret
  | Unknown;

export interface PropertyMap {
  [key: string]: PropertyValue;
}

export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

export class Secret {
  readonly element: PropertyValue;

  constructor(element: PropertyValue) {
    this.element = element instanceof Secret ? element.element : element;
  }
}

export class Unknown {}

// sdk/go/common/resource/sig/sig.go: Key, Secret, AssetSig, ArchiveSig.
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

// sdk/go/common/resource/plugin/rpc.go: UnknownBoolValue and its like; any of them stands for "not known yet".
const unknownSentinels = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function fromStruct(struct: structs.Struct | undefined): PropertyMap {
  return decodeMap((struct?.toJavaScript() ?? {}) as JsonObject);
}

export function toStruct(map: PropertyMap): structs.Struct {
  return structs.Struct.fromJavaScript(encode(map) as JsonObject);
}

/** Without secrets' wrappers; a value that is not known stays. provider.go: propMapToUnstructured, mapReplStripSecrets. */
export function unwrapped(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return unwrapped(value.element);
  if (Array.isArray(value)) return value.map(unwrapped);
  if (isMap(value)) return mapValues(value, unwrapped);
  return value;
}

/** The value as JSON; throws where it holds something that a preview does not know. */
export function known(value: PropertyMap): JsonObject {
  if (containsUnknown(value)) throw new Error("the value holds an unknown");
  return unwrapped(value) as JsonObject;
}

export function containsUnknown(value: PropertyValue): boolean {
  return some(value, (part) => part instanceof Unknown);
}

export function containsSecret(value: PropertyValue): boolean {
  return some(value, (part) => part instanceof Secret);
}

export function isMap(value: unknown): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

function some(value: PropertyValue, wanted: (value: PropertyValue) => boolean): boolean {
  if (wanted(value)) return true;
  if (value instanceof Secret) return some(value.element, wanted);
  if (Array.isArray(value)) return value.some((item) => some(item, wanted));
  return isMap(value) && Object.values(value).some((item) => some(item, wanted));
}

function mapValues(map: PropertyMap, change: (value: PropertyValue) => PropertyValue): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function decode(value: Json): PropertyValue {
  if (typeof value === "string" && unknownSentinels.has(value)) return new Unknown();
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  if (!(signature in value)) return decodeMap(value);
  if (value[signature] === secretSignature) return new Secret(decode(value.value ?? null));
  throw new Error(
    `the stand-in does not know property values of signature ${value[signature]} (assets, archives, ...)`,
  );
}

function decodeMap(map: JsonObject): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, decode(value)]));
}

function encode(value: PropertyValue): Json {
  if (value instanceof Secret) return { [signature]: secretSignature, value: encode(value.element) };
  if (value instanceof Unknown) return unknownString;
  if (Array.isArray(value)) return value.map(encode);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
  return value as Json;
}
