import { z } from "zod";
import { checkShape, pathText } from "./schemaProblems.ts";
import type { TargetSource } from "./targetSource.ts";
import { UserError } from "./userError.ts";

const named = z.looseObject({ type: z.string().min(1), name: z.string().min(1).optional() });

/** As far as the parts refer to each other; parameters are the plugins' own, and the endpoint picker knows them. */
const configSchema = z.looseObject({
  apiVersion: z.enum(["llm-d.ai/v1alpha1", "inference.networking.x-k8s.io/v1alpha1"]),
  kind: z.enum(["EndpointPickerConfig"]),
  plugins: z.array(named).min(1),
  schedulingProfiles: z
    .array(
      z.looseObject({
        name: z.string().min(1),
        plugins: z.array(z.looseObject({ pluginRef: z.string().min(1) })).min(1),
      }),
    )
    .min(1)
    .optional(),
});

/** Types that can tell a role by its pods' label, in the endpoint picker v0.9. */
const byLabel = ["by-label", "by-label-selector", "label-selector-filter"];

/** Refuses what the endpoint picker would refuse when it starts, as far as can be told without it. */
export function checkPlugins(source: TargetSource, file: string): void {
  const { plugins, prefill } = source.llmd;
  if (plugins === undefined) return;
  const place = source.key("llmd", "plugins");
  const locate = (path: readonly PropertyKey[]) => ({ file, key: [place, pathText(path)].filter(Boolean).join(".") });
  const checked = checkShape(configSchema, plugins, { locate });
  if ("problems" in checked) throw checked.problems[0];
  const config = checked.value;
  const names = config.plugins.map(({ name, type }) => name ?? type);
  const types = config.plugins.map(({ type }) => type);
  config.schedulingProfiles?.forEach((profile, index) => {
    profile.plugins.forEach(({ pluginRef }, inner) => {
      if (names.includes(pluginRef)) return;
      throw new UserError({
        key: `${place}.schedulingProfiles[${index}].plugins[${inner}].pluginRef`,
        value: pluginRef,
        reason: "no entry of plugins has this name (or, without a name, this type)",
        allowed: names.join(", "),
        file,
        next: "Correct it, or add the plugin.",
      });
    });
  });
  if (prefill === undefined || types.some((type) => byLabel.includes(type))) return;
  const missing = ["prefill-filter", "decode-filter"].find((type) => !types.includes(type));
  if (missing !== undefined)
    throw new UserError({
      key: `${place}.plugins`,
      value: types,
      reason: `with llmd.prefill, prompts and answers have pods of their own, and nothing here tells them apart: ${missing} is missing`,
      allowed: `with prefill-filter and decode-filter, or one of ${byLabel.join(", ")}`,
      file,
      next: "Add it to plugins and to its scheduling profile, or remove llmd.plugins: the preset has both.",
    });
}
