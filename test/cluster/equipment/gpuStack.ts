import type { PlatformName } from "../../../scenario/scenario.ts";
import { type SmallNode, smallNode } from "./admission/smallNode.ts";
import { kubeconfig, skipReason } from "./cluster.ts";
import { ClusterCheckout } from "./clusterCheckout.ts";
import { addGpus, type GpuNode } from "./gpuNode.ts";
import { loadImage } from "./nodeImage.ts";
import { addStorageClasses } from "./storageClasses.ts";
import { turn } from "./turn.ts";
import { importVllmImage } from "./vllm/image.ts";

/** Why stacks with GPUs cannot be tested here; null: they can. */
export const noGpuStacks: string | null =
  kubeconfig === undefined
    ? skipReason
    : loadImage === undefined
      ? "LLMBENCH_TEST_LOAD_IMAGE names no command that loads an image"
      : null;

export interface GpuSurroundings {
  readonly platform: PlatformName;
  /** A name of the catalogue. */
  readonly gpu: string;
  readonly count: number;
  readonly strategy?: "single" | "mixed";
}

/** A token that opens gated models of the stand-in's hub; nothing real. */
export const hubToken = "hf_a_token_of_the_tests";

/** A load of seconds for stacks that are sized for hours: with answers of the usual length it would take twenty. */
export const shortLoad = {
  "stages.concurrency": [2],
  "stages.seconds": 2,
  "warmup.requests": 2,
  "data.outputTokens": { type: "fixed", value: 16 },
};

/**
 * What a stack with GPUs finds on its platform, on a test node: GPUs to be scheduled on, the pinned vLLM (a stand-in), the
 * platform's storage classes, and room. Manifests stay as users get them. Remove it before you look for leftovers. There
 * is one at a time: two would put their labels on the same node.
 */
export class GpuStack {
  readonly checkout: ClusterCheckout;
  readonly pods: SmallNode;
  #gpus: GpuNode;
  readonly #removeClasses: () => Promise<void>;
  readonly #giveBack: () => void;
  #removed = false;

  private constructor(
    checkout: ClusterCheckout,
    pods: SmallNode,
    gpus: GpuNode,
    removeClasses: () => Promise<void>,
    giveBack: () => void,
  ) {
    this.#giveBack = giveBack;
    this.checkout = checkout;
    this.pods = pods;
    this.#gpus = gpus;
    this.#removeClasses = removeClasses;
  }

  static async on(surroundings: GpuSurroundings, what: string): Promise<GpuStack> {
    const giveBack = await turn("gpus");
    const checkout = new ClusterCheckout(what);
    const undo: (() => unknown)[] = [giveBack, () => checkout.removeAll()];
    try {
      await checkout.ready();
      await importVllmImage();
      const removeClasses = await addStorageClasses(checkout.kubeconfig, ["premium-rwo", "standard-rwo"]);
      undo.push(removeClasses);
      const gpus = await gpusOf(surroundings);
      undo.push(() => gpus.remove());
      const pods = await smallNode(checkout.kubeconfig, checkout.namespace, surroundings.platform, surroundings.gpu);
      return new GpuStack(checkout, pods, gpus, removeClasses, giveBack);
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
  }

  /** Other GPUs in place of those that the node has. */
  async changeGpus(surroundings: GpuSurroundings): Promise<void> {
    await this.#gpus.remove();
    this.#gpus = await gpusOf(surroundings);
  }

  /** Takes the surroundings away; what is left then is what the stack left. */
  async removeSurroundings(): Promise<void> {
    if (this.#removed) return;
    this.#removed = true;
    await Promise.all([this.#gpus.remove(), this.pods.remove(), this.#removeClasses()]);
  }

  async remove(): Promise<void> {
    await this.removeSurroundings();
    await this.checkout.removeAll();
    this.#giveBack();
  }
}

function gpusOf({ platform, gpu, count, strategy }: GpuSurroundings): Promise<GpuNode> {
  return addGpus(platform, gpu, count, strategy);
}
