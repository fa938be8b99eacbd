import type { V1Pod } from "@kubernetes/client-node";
import { ClusterError } from "./clusterError.ts";
import type { Cluster } from "./connection.ts";
import { isStatus, isTransient } from "./noAnswer.ts";
import { eventsOf, Standing } from "./observe.ts";
import { diagnosePod } from "./podDiagnosis.ts";
import type { Reader } from "./reader.ts";

const again = "the results are still in the claim: collect again; what is here already is not fetched twice";
/** A reader that starts as it should is there by then; the events of one that does not are another request each time. */
const soonMs = 3000;
/** From the kubelet's word that the container runs to a command that starts in it. */
const execMs = 30_000;

/** The start of a reader pod, looked at again and again. */
export class ReaderStart {
  readonly #cluster: Cluster;
  readonly #reader: Reader;
  readonly #standing = new Standing();
  readonly #begunAt = Date.now();
  #runningSince: number | null = null;

  constructor(cluster: Cluster, reader: Reader) {
    this.#cluster = cluster;
    this.#reader = reader;
  }

  /** null: it may yet start. Otherwise what keeps it from that for good, or what did until the time was up. */
  async problem(): Promise<ClusterError | null> {
    const late = Date.now() > this.#reader.startBy;
    let pod: V1Pod;
    try {
      pod = await this.#cluster.core.readNamespacedPod({ namespace: this.#reader.namespace, name: this.#reader.pod });
    } catch (error) {
      if (isStatus(error, 404)) return this.#error("was deleted", again);
      if (isTransient(error) && !late) return null;
      throw error;
    }
    if (pod.metadata?.uid !== this.#reader.uid) {
      return this.#error("was replaced", "another collection of this run seems to be going on: wait for its end");
    }
    const patient = Date.now() - this.#begunAt < soonMs && !late;
    const diagnosis = diagnosePod(pod, patient ? [] : await eventsOf(this.#cluster, pod), null);
    if (diagnosis && (this.#standing.isFatal(diagnosis) || late)) {
      return this.#error(diagnosis.message, `${diagnosis.next}. ${again}`);
    }
    if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded") {
      return this.#error("ended by itself", `is "harness.image" a Node image with a shell? ${again}`);
    }
    const running = pod.status?.containerStatuses?.[0]?.state?.running !== undefined;
    this.#runningSince = running ? (this.#runningSince ?? Date.now()) : null;
    if (this.#runningSince !== null && Date.now() - this.#runningSince > execMs) {
      return this.#error("runs, but no command can be started in it", again);
    }
    return late ? this.#error("did not start in time, and nothing says why", again) : null;
  }

  #error(what: string, next: string): ClusterError {
    const { namespace, pod, claim } = this.#reader;
    return new ClusterError(`pod ${namespace}/${pod}, which reads the results from claim "${claim}", ${what}`, next);
  }
}
