import type { V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { Standing } from "./observe.ts";
import { lastLines } from "./podLog.ts";

const logLines = 5;

/** What stands in the way of an engine: for how long each fault has, and which of them ends the wait. */
export class Obstacles {
  readonly #cluster: Cluster;
  readonly #namespace: string;
  /** Per pod or object: since when what is wrong with it has been wrong. */
  readonly #standing = new Map<string, Standing>();
  #first: { readonly message: string; readonly next: string } | null = null;

  constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  /** The first that was noted in this look, with its subject; null: nothing. */
  get first(): { readonly message: string; readonly next: string } | null {
    return this.#first;
  }

  newLook(): void {
    this.#first = null;
  }

  note(message: string, next: string): void {
    this.#first ??= { message, next };
  }

  /** Notes what is wrong with one pod or object; throws when it is fatal. */
  async check(subject: string, diagnosis: Diagnosis | null, pod: V1Pod | null): Promise<void> {
    const standing = this.#standing.get(subject) ?? new Standing();
    this.#standing.set(subject, standing);
    const isFatal = standing.isFatal(diagnosis);
    if (diagnosis === null) return;
    if (isFatal) throw await this.fatal(subject, diagnosis, pod);
    this.note(`${subject} ${diagnosis.message}`, diagnosis.next);
  }

  /** With the last lines of the log that tells more. */
  async fatal(subject: string, diagnosis: Diagnosis, pod: V1Pod | null): Promise<ClusterError> {
    const query = { namespace: this.#namespace, pod: pod?.metadata?.name ?? "" };
    const log = diagnosis.log
      ? await lastLines(
          this.#cluster,
          { ...query, container: diagnosis.log.container },
          { lines: logLines, previous: diagnosis.log.previous },
        )
      : [];
    const lines = [`${subject} ${diagnosis.message}`, ...log.map((line) => `  ${line.trim().slice(0, 300)}`)];
    return new ClusterError(lines.join("\n"), diagnosis.next);
  }
}
