import { join } from "node:path";
import { endpointPickerImage, sidecarImage } from "../../../../manifests/llmd/charts.ts";
import { importNodeImage } from "../nodeImage.ts";
import { turn } from "../turn.ts";

const { registry, repository, tag } = endpointPickerImage;
const pickerImage = `${registry}/${repository}:${tag}`;

/**
 * Puts the stand-ins for llm-d's programs into the cluster; the real ones run as this user of a distroless image, too.
 * Without prefill pods there is no sidecar, and each image takes seconds.
 */
export async function importLlmdImages({ withSidecar = false } = {}): Promise<void> {
  const program = (name: string) => join(import.meta.dirname, `${name}.ts`);
  const giveBack = await turn("llm-d-images");
  try {
    await importNodeImage({
      tags: { [pickerImage]: ["picker"], ...(withSidecar ? { [sidecarImage]: ["sidecar"] } : {}) },
      programs: { picker: program("picker"), sidecar: program("sidecar"), gateway: program("gateway") },
      user: "65532",
    });
  } finally {
    giveBack();
  }
}
