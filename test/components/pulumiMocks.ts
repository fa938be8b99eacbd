import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

/** A resource as a program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN of the component it belongs to, "" for none. */
  readonly parent: string;
  /** Secrets in it are `{ secret: value }`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What the engine is asked to heed; names, so that a test can write them down. */
  readonly options: {
    readonly dependsOn: readonly string[];
    readonly deletedWith: string | null;
    readonly deleteBeforeReplace: boolean;
    readonly ignoreChanges: readonly string[];
    readonly protect: boolean;
    readonly provider: string | null;
  };
}

/** Outputs by resource type that a provider would have made up; inputs are outputs anyway. */
export type ProviderOutputs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Runs a program against Pulumi's mocks and gives back all that it registered, components included, in order. What an
 * engine does with the options (the order of deletions, say) only test/cluster sees.
 */
export async function registered(program: () => unknown, outputs: ProviderOutputs = {}): Promise<Registered[]> {
  const inputs = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        inputs.set(`${args.type} ${args.name}`, args.inputs);
        return { id: `${args.name}-id`, state: { ...args.inputs, ...(outputs[args.type] ?? {}) } };
      },
      call: (args) => args.inputs,
    },
    "llm-bench",
    "mocked",
  );
  const requests = recordRequests();
  await program();
  await pulumi.runtime.disconnect();
  return requests.map((request) => {
    const [type, name] = [request.getType(), request.getName()];
    return {
      type,
      name,
      urn: urnOf(request),
      parent: request.getParent(),
      inputs: withoutMarks(inputs.get(`${type} ${name}`)) as Record<string, unknown>,
      options: {
        dependsOn: request.getDependenciesList().map(nameOf).sort(),
        deletedWith: nameOf(request.getDeletedwith()) || null,
        deleteBeforeReplace: request.getDeletebeforereplace(),
        ignoreChanges: request.getIgnorechangesList(),
        protect: request.getProtect() ?? false,
        // "urn::id"
        provider: request.getProvider().split("::").at(-2) ?? null,
      },
    };
  });
}

/** `type name`, sorted: what a program makes, at a glance. */
export function summary(resources: readonly Registered[]): string[] {
  return resources.map(({ type, name }) => `${type} ${name}`).sort();
}

export function only(resources: readonly Registered[], type: string, name?: string): Registered {
  const found = resources.filter((one) => one.type === type && (name === undefined || one.name === name));
  assert.equal(
    found.length,
    1,
    `one ${type} ${name ?? ""}, found ${found.map((one) => one.name).join(", ") || "none"}`,
  );
  return found[0] as Registered;
}

export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value as T)));
}

/** Mocks are told type, name and inputs; the request that they are made of says more. */
function recordRequests(): RegisterResourceRequest[] {
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: RegisterResourceRequest, done: unknown): unknown;
  };
  const requests: RegisterResourceRequest[] = [];
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) => {
    requests.push(request);
    return original(request, done);
  };
  return requests;
}

function urnOf(request: RegisterResourceRequest): string {
  const parentType = request.getParent().split("::")[2];
  // As the mock monitor builds it: the type of the parent alone, not of all above it.
  const type = parentType ? `${parentType.split("$").at(-1)}$${request.getType()}` : request.getType();
  return `urn:pulumi:mocked::llm-bench::${type}::${request.getName()}`;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) as string;
}

/** Marks of the wire format: a secret is an object with this key and its value. */
const markKey = "4dabf18193072939515e22adb298388d";

function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (typeof value !== "object" || value === null) return value;
  if (markKey in value) return { secret: withoutMarks((value as { value?: unknown }).value) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutMarks(inner)]));
}
