import { join } from "node:path";
import { endpointPickerImage, sidecarImage } from "../../../../manifests/llmd/charts.ts";
import { importNodeImage } from "../nodeImage.ts";

const { registry, repository, tag } = endpointPickerImage;
const pickerImage = `${registry}/${repository}:${tag}`;
/** Puts the stand-ins for llm-d's programs into the cluster; the real ones run as this user of a distroless image, too. */
export async function importLlmdImages(): Promise<void> {
  const program = (name: string) => join(import.meta.dirname, `${name}.ts`);
  await importNodeImage({
    tags: { [pickerImage]: ["picker"], [sidecarImage]: ["sidecar"] },
    programs: { picker: program("picker"), sidecar: program("sidecar"), gateway: program("gateway") },
    user: "65532",
  });
}
