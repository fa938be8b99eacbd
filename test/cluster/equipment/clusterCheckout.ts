import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { dump, load } from "js-yaml";
import { Checkout } from "../../engine/checkout.ts";
import { type ApiServer, serverOf } from "./apiServer.ts";
import { deleteNamespace, kubeconfig, namespaceName, skipReason } from "./cluster.ts";
import { type Listing, leftovers, listing } from "./leftovers.ts";
import { providersPath } from "./testStack.ts";

type Config = Record<string, unknown>;

/** A checkout whose stacks run on the test cluster, under the stand-ins, in a namespace that nobody else uses. */
export class ClusterCheckout extends Checkout {
  /** Made and removed by the stack itself. */
  readonly namespace: string;
  readonly kubeconfig: string;
  /** Asked as the tests' own user, whatever kubeconfig the checkout has. */
  readonly server: ApiServer;
  readonly #before: Promise<Listing>;

  /**
   * @param what begins the namespace's name
   * @param file a kubeconfig for what the checkout runs, where it is not the tests' own
   */
  constructor(what: string, file = kubeconfig) {
    if (kubeconfig === undefined) throw new Error(skipReason);
    super({
      KUBECONFIG: file as string,
      PATH: [providersPath, process.env.PATH ?? ""].join(delimiter),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    });
    this.kubeconfig = kubeconfig;
    this.server = serverOf(kubeconfig);
    this.namespace = namespaceName(what);
    this.#before = listing(kubeconfig);
  }

  /** Writes Pulumi.<name>.yaml for the checkout's own namespace. */
  override stack(name: string, config: Config): void {
    super.stack(name, this.#inOwnNamespace(config));
  }

  /**
   * Takes a committed stack with nothing but the namespace and `changes` laid over it, objects key by key. A test node has
   * fewer cores than a GPU node: `{ engine: { cpu: 0.5, memory: "512Mi" }, harnessSettings: { cpu: 0.5, memory: "512Mi" } }`.
   */
  committed(name: string, changes: Config = {}): void {
    const file = join(this.path, `Pulumi.${name}.yaml`);
    const { config } = load(readFileSync(file, "utf8")) as { config: Config };
    const plain = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("llm-bench:", ""), value]),
    );
    const changed = Object.entries(this.#inOwnNamespace(laidOver(plain, changes)));
    writeFileSync(
      file,
      dump({ config: Object.fromEntries(changed.map(([key, value]) => [`llm-bench:${key}`, value])) }),
    );
  }

  /** Output of kubectl in the checkout's namespace. */
  kubectl(...args: string[]): string {
    const options = ["--kubeconfig", this.kubeconfig, "--namespace", this.namespace];
    return execFileSync("kubectl", [...options, ...args], { encoding: "utf8", timeout: 60_000 });
  }

  /** Makes an object of any kind in the checkout's namespace. */
  create(object: object): void {
    const options = ["--kubeconfig", this.kubeconfig, "--namespace", this.namespace];
    execFileSync("kubectl", [...options, "create", "--filename", "-"], {
      input: JSON.stringify(object),
      stdio: ["pipe", "ignore", "pipe"],
      timeout: 60_000,
    });
  }

  /**
   * Objects of the cluster that were not there when this checkout was made; none after `destroy`. Where others use the
   * cluster meanwhile, name their namespaces, or set LLMBENCH_TEST_CLUSTER_SHARED: then only objects that have to do
   * with the checkout's namespace count.
   */
  async leftovers(others: readonly string[] = []): Promise<string[]> {
    const about = process.env.LLMBENCH_TEST_CLUSTER_SHARED ? this.namespace : "";
    return leftovers(this.kubeconfig, await this.#before, others, about);
  }

  /** Before the first command, so that what it makes is not taken for what was there. */
  async ready(): Promise<void> {
    await this.#before;
  }

  /** Also after a failed test: takes the namespace away, with all that is in it, and the copy. */
  async removeAll(): Promise<void> {
    await deleteNamespace(this.namespace);
    this.remove();
  }

  #inOwnNamespace(config: Config): Config {
    return { ...config, cluster: { ...(config.cluster as object | undefined), namespace: this.namespace } };
  }
}

function laidOver(config: Config, changes: Config): Config {
  const isObject = (value: unknown): value is Config =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const merged = { ...config };
  for (const [key, value] of Object.entries(changes)) {
    const given = merged[key];
    merged[key] = isObject(given) && isObject(value) ? { ...given, ...value } : value;
  }
  return merged;
}
