import type { PropertyMap } from "./propertyValue.ts";

/** What a stand-in does, in plain values; `serve` puts it behind the engine's protocol. */
export interface Provider {
  readonly version: string;
  checkConfig(urn: string, news: PropertyMap): Failure[];
  diffConfig(olds: PropertyMap, news: PropertyMap): Difference;
  /** `kubernetes:config:<key>` -> value. */
  configure(variables: ReadonlyMap<string, string>): Promise<void>;
  check(request: CheckRequest): Promise<{ readonly inputs: PropertyMap; readonly failures: readonly Failure[] }>;
  diff(request: DiffRequest): Promise<Difference>;
  create(request: CreateRequest): Promise<{ readonly id: string; readonly properties: PropertyMap }>;
  /** Null: the object is gone. */
  read(request: ReadRequest): Promise<{ readonly properties: PropertyMap; readonly inputs: PropertyMap } | null>;
  update(request: UpdateRequest): Promise<PropertyMap>;
  delete(request: DeleteRequest): Promise<void>;
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckRequest {
  readonly urn: string;
  /** Null: the resource is new. */
  readonly olds: PropertyMap | null;
  readonly news: PropertyMap;
  readonly randomSeed: Uint8Array;
  readonly autonaming: { readonly mode: "propose" | "enforce" | "disable"; readonly name: string } | null;
}

export interface DiffRequest {
  readonly urn: string;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export type Change = "add" | "delete" | "update";

export interface Difference {
  /** Path -> how it changed, and whether that replaces the resource. */
  readonly changes: ReadonlyMap<string, { readonly kind: Change; readonly replaces: boolean }>;
  readonly deleteBeforeReplace: boolean;
}

export interface CreateRequest {
  readonly urn: string;
  readonly properties: PropertyMap;
  readonly preview: boolean;
}

export interface ReadRequest {
  readonly urn: string;
  readonly id: string;
  readonly properties: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface UpdateRequest extends DiffRequest {
  readonly preview: boolean;
}

export interface DeleteRequest {
  readonly urn: string;
  readonly id: string;
  readonly properties: PropertyMap;
  /** Of the resource's customTimeouts; 0: none. */
  readonly timeoutSeconds: number;
}

/** The object exists but is not as it was asked for: the engine keeps `properties` in the state and reports the error. */
export class InitFailed extends Error {
  readonly id: string;
  readonly properties: PropertyMap;

  constructor(message: string, id: string, properties: PropertyMap, options?: ErrorOptions) {
    super(message, options);
    this.id = id;
    this.properties = properties;
  }
}

/** `urn:pulumi:stack::project::parent$type::name`, as sdk/go/common/resource/urn/urn.go takes it apart. */
export function partsOf(urn: string): { readonly type: string; readonly name: string } {
  const parts = urn.split("::");
  return { type: (parts[2] ?? "").split("$").at(-1) as string, name: parts.slice(3).join("::") };
}
