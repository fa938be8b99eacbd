import pulumiRandom from "@pulumi/random/package.json" with { type: "json" };
import { containsUnknown, type PropertyMap } from "../wire/propertyValue.ts";
import { partsOf } from "../wire/provider.ts";
import { serve } from "../wire/serve.ts";
import { type RandomResource, replacingChanges, resources } from "./resources.ts";

function resource(urn: string): RandomResource {
  const { type } = partsOf(urn);
  const found = resources[type];
  if (found === undefined) throw new Error(`the stand-in does not know ${type} (${urn})`);
  return found;
}

function withDefaults(urn: string, news: PropertyMap): PropertyMap {
  const { defaults } = resource(urn);
  const given = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== null));
  const numeric = given.numeric ?? given.number;
  return { ...defaults, ...given, ...(numeric === undefined ? {} : { numeric, number: numeric }) };
}

/** The inputs among the properties of a state. */
function inputsOf(urn: string, state: PropertyMap): PropertyMap {
  const { computed } = resource(urn);
  return Object.fromEntries(Object.entries(state).filter(([key]) => !(key in computed)));
}

void serve({
  version: pulumiRandom.version,
  checkConfig: () => [],
  diffConfig: () => ({ changes: new Map(), deleteBeforeReplace: false }),
  configure: async () => undefined,
  check: async ({ urn, news }) => {
    const inputs = withDefaults(urn, news);
    return { inputs, failures: containsUnknown(inputs) ? [] : resource(urn).check(inputs) };
  },
  diff: async ({ urn, olds, news }) => {
    const changes = replacingChanges(inputsOf(urn, olds), news);
    return {
      changes: new Map([...changes].map(([key, kind]) => [key, { kind, replaces: true }] as const)),
      deleteBeforeReplace: false,
    };
  },
  create: async ({ urn, properties, preview }) => {
    const { computed, create } = resource(urn);
    if (preview) return { id: "", properties: { ...properties, ...computed } };
    const { id, outputs } = create(properties);
    return { id, properties: { ...properties, ...outputs } };
  },
  read: async ({ urn, properties, inputs }) => {
    if (Object.keys(inputs).length === 0) throw new Error(`the stand-in does not know import (${urn})`);
    return { properties, inputs };
  },
  // Nothing of either resource changes in place: update only takes over what Diff called no change.
  update: async ({ olds, news }) => ({ ...olds, ...news }),
  delete: async () => undefined,
});
