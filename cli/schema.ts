import { mkdirSync, writeFileSync } from "node:fs";
import { stackFileSchemaText } from "../scenario/stackFileSchema.ts";

/** `npm run schema`: writes schema/stack.schema.json, which editors read through the first line of each stack file. */
const folder = new URL("../schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("stack.schema.json", folder), stackFileSchemaText());
console.log("wrote schema/stack.schema.json");
