import { containsUnknown, isMap, type JsonObject, type PropertyMap, unwrapped } from "../../wire/propertyValue.ts";
import { partsOf } from "../../wire/provider.ts";

/** What `helm` is run with; the other fields of the provider's struct Release (helm_release.go) are refused. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly repository: string;
  readonly values: JsonObject;
  readonly skipAwait: boolean;
  readonly atomic: boolean;
  readonly cleanupOnFail: boolean;
  readonly createNamespace: boolean;
  /** Seconds; 0: 300 of them. */
  readonly timeout: number;
}

/** provider.go isHelmRelease. */
export function isRelease(urn: string): boolean {
  return partsOf(urn).type === "kubernetes:helm.sh/v3:Release";
}

const strings = "chart description keyring name namespace postrender version".split(" ");
const flags = [
  ..."allowNullValues atomic cleanupOnFail createNamespace dependencyUpdate devel disableCRDHooks".split(" "),
  ..."disableOpenapiValidation disableWebhooks forceUpdate lint recreatePods renderSubchartNotes replace".split(" "),
  ..."resetValues reuseValues skipAwait skipCrds verify waitForJobs".split(" "),
];

/** Scalars of the struct, which the state holds even where the program gave none: mapper.Unmap writes zeros as well. */
export const zeros: PropertyMap = {
  ...Object.fromEntries(strings.map((key) => [key, ""])),
  ...Object.fromEntries(flags.map((key) => [key, false])),
  timeout: 0,
  values: {},
};

const supported = new Set([
  ..."atomic chart cleanupOnFail createNamespace name namespace repositoryOpts skipAwait timeout values version".split(
    " ",
  ),
  // The SDK's own mark, and what an output would be; the provider reads neither from the inputs.
  ..."compat resourceNames status".split(" "),
]);

/** Fields of the provider that this stand-in does not carry out are refused where they say anything. */
export function refuseUnsupported(urn: string, inputs: PropertyMap): void {
  const says = (key: string) => {
    const value = unwrapped(inputs[key] ?? null);
    return value !== null && JSON.stringify(value) !== JSON.stringify(zeros[key] ?? null);
  };
  const repository = unwrapped(inputs.repositoryOpts ?? {});
  const unknown = [
    ...Object.keys(inputs).filter((key) => !supported.has(key) && says(key)),
    ...Object.keys(isMap(repository) ? repository : {})
      .filter((key) => key !== "repo" && isMap(repository) && repository[key] !== "")
      .map((key) => `repositoryOpts.${key}`),
  ];
  if (unknown.length > 0) throw new Error(`the stand-in does not know ${unknown.join(", ")} of a Release (${urn})`);
}

/** helm_release.go decodeRelease; of inputs or of a state, without unknown values. */
export function releaseOf(properties: PropertyMap): Release {
  if (containsUnknown(properties)) throw new Error("a Release with unknown values can only be previewed");
  const plain = unwrapped(properties) as JsonObject;
  const text = (key: string) => (typeof plain[key] === "string" ? plain[key] : "");
  const repository = isMap(plain.repositoryOpts) ? (plain.repositoryOpts as JsonObject).repo : "";
  return {
    name: text("name"),
    namespace: text("namespace"),
    chart: text("chart"),
    version: text("version"),
    repository: typeof repository === "string" ? repository : "",
    values: isMap(plain.values) ? (plain.values as JsonObject) : {},
    skipAwait: plain.skipAwait === true,
    atomic: plain.atomic === true,
    cleanupOnFail: plain.cleanupOnFail === true,
    createNamespace: plain.createNamespace === true,
    timeout: Number(plain.timeout ?? 0),
  };
}

/** provider/util.go fqName: the id of a release. */
export function idOfRelease({ namespace, name }: Pick<Release, "namespace" | "name">): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}
