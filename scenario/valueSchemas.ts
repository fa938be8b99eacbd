import { z } from "zod";

/* Shapes of single values, for every part of the schema. A `title` is what messages print as allowed. */
export const positive = z.int().min(1);
export const dnsLabel = z
  .string()
  .regex(/^[a-z]([-a-z0-9]{0,28}[a-z0-9])?$/)
  .meta({
    title: "1 to 30 lower-case letters, digits and dashes, beginning with a letter",
  });
export const quantity = z
  .string()
  .regex(/^[1-9]\d*(\.\d+)?(Mi|Gi|Ti)$/)
  .meta({ title: "a Kubernetes quantity such as 32Gi" });
export const cpu = z.number().gt(0).max(256);

/** Name of a Kubernetes object that somebody else made. */
export const objectName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)
  .meta({ title: "the name of a Kubernetes object: lower-case letters, digits, dashes and dots" });

/** Examples, unlike an enum, let editors offer the known names and take others. */
export const name = (title: string, examples: readonly string[] = []) =>
  z
    .string()
    .min(1)
    .meta(examples.length > 0 ? { title, examples } : { title });
