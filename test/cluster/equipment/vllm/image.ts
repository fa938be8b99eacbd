import { join } from "node:path";
import { DEFAULT_IMAGE, DEFAULT_VERSION } from "../../../../scenario/engine.ts";
import { importNodeImage } from "../nodeImage.ts";

export const vllmImage = `${DEFAULT_IMAGE}:${DEFAULT_VERSION}`;

/** Of the stand-in: the name of its GPU in the catalogue. Nothing else in a pod says which card it would have. */
export const gpuVariable = "LLMBENCH_STAND_IN_GPU";

/** Puts the stand-in engine into the cluster under the tag of the vLLM that the project pins. */
export async function importVllmImage(): Promise<void> {
  const program = (name: string) => join(import.meta.dirname, `${name}.ts`);
  await importNodeImage({
    tags: { [vllmImage]: ["vllm", "serve"] },
    programs: { vllm: program("vllm"), hf: program("hf") },
  });
}
