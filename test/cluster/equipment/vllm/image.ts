import { join } from "node:path";
import { DEFAULT_IMAGE, DEFAULT_VERSION } from "../../../../scenario/engine.ts";
import { importNodeImage } from "../nodeImage.ts";

export const vllmImage = `${DEFAULT_IMAGE}:${DEFAULT_VERSION}`;

/**
 * Puts the stand-in engine into the cluster under the tag of the vLLM that the project pins. One image stands for one
 * kind of GPU at a time, since nothing in a pod says which card it would have.
 * @param gpu a name of the catalogue of GPUs
 */
export async function importVllmImage(gpu: string): Promise<void> {
  const program = (name: string) => join(import.meta.dirname, `${name}.ts`);
  await importNodeImage({
    tags: { [vllmImage]: ["vllm", "serve"] },
    programs: { vllm: program("vllm"), hf: program("hf") },
    environment: [`LLMBENCH_STAND_IN_GPU=${gpu}`],
  });
}
