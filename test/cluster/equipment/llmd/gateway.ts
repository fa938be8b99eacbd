import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf, flagsOf, forward, refuse } from "./forward.ts";
import { type InferencePool, poolPath, read } from "./inCluster.ts";

/*
 * Stands in for the proxy that a provider of the Gateway API deploys for a Gateway, in tests only: reads the HTTPRoutes of
 * its namespace that name its Gateway, and sends what their path prefixes match to the picker of the InferencePool behind
 * (which proxies by itself here; a real gateway asks it over ext_proc and goes to the pod).
 */
interface HttpRoute {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly parentRefs: readonly { readonly name: string }[];
    readonly rules: readonly {
      readonly matches?: readonly { readonly path?: { readonly type: string; readonly value: string } }[];
      readonly filters?: readonly {
        readonly type: string;
        readonly urlRewrite?: { readonly path?: { readonly replacePrefixMatch?: string } };
      }[];
      readonly backendRefs: readonly { readonly kind?: string; readonly name: string }[];
    }[];
  };
}

interface Route {
  readonly prefix: string;
  /** In place of the prefix; null: as it came. */
  readonly rewrite: string | null;
  /** Service of the picker. */
  readonly host: string;
}

const flags = flagsOf(process.argv.slice(2));
const gateway = flags.get("gateway") ?? "";
const namespace = flags.get("namespace") ?? "";
let routes: readonly Route[] = [];

void follow();
createServer((incoming, response) => {
  answer(incoming, response).catch((error: Error) => refuse(response, 502, error.message));
}).listen(Number(flags.get("port") ?? 8080));
process.once("SIGTERM", () => process.exit(0));

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(incoming);
  const path = incoming.url ?? "/";
  const route = routes.find(({ prefix }) => isBelow(path, prefix));
  if (route === undefined) return refuse(response, 404, `no route of gateway ${gateway} for ${path}`);
  const rest = path.slice(route.prefix.replace(/\/$/, "").length);
  const to = route.rewrite === null ? path : `${route.rewrite.replace(/\/$/, "")}${rest}`;
  await forward(incoming, response, { host: route.host, port: 8081, path: to }, body);
}

/** Whole path elements: /one does not match /onetwo. */
function isBelow(path: string, prefix: string): boolean {
  const bare = prefix.replace(/\/$/, "");
  return path === bare || path.startsWith(`${bare}/`);
}

async function follow(): Promise<never> {
  for (;;) {
    try {
      const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`;
      const { items } = await read<{ items: readonly HttpRoute[] }>(path);
      const found = await Promise.all(items.map(routesOf));
      routes = found.flat().sort((a, b) => b.prefix.length - a.prefix.length);
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
    }
    await sleep(500);
  }
}

async function routesOf({ metadata, spec }: HttpRoute): Promise<Route[]> {
  if (!spec.parentRefs.some(({ name }) => name === gateway)) return [];
  const all = spec.rules.map(async ({ matches = [], filters = [], backendRefs }) => {
    const [backend] = backendRefs;
    if (backend?.kind !== "InferencePool")
      throw new Error(`HTTPRoute ${metadata.name}: no backend is an InferencePool`);
    const pool = await read<InferencePool>(poolPath(namespace, backend.name));
    const rewrite = filters.find(({ type }) => type === "URLRewrite")?.urlRewrite?.path?.replacePrefixMatch ?? null;
    return matches.map(({ path }) => ({
      prefix: path?.value ?? "/",
      rewrite,
      host: `${pool.spec.endpointPickerRef.name}.${namespace}.svc`,
    }));
  });
  return (await Promise.all(all)).flat();
}
