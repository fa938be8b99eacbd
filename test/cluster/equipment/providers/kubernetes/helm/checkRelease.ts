import { load } from "js-yaml";
import { containsUnknown, isMap, type PropertyMap, unwrapped } from "../../wire/propertyValue.ts";
import { type CheckRequest, type Failure, partsOf } from "../../wire/provider.ts";
import { uniqueName } from "../object.ts";
import { markSecrets } from "../secretness.ts";
import type { Settings } from "../settings.ts";
import { HelmError, helm } from "./helmCli.ts";
import { type Release, refuseUnsupported, releaseOf, zeros } from "./release.ts";

const defaultTimeoutSeconds = 300;

/**
 * Inputs with name, namespace, time-out and the version that the chart says of itself, so that another chart under the
 * same constraint is a change. helm_release.go Check, setDefaults, helmLoad.
 */
export async function checkRelease(
  settings: Settings,
  { urn, olds, news }: CheckRequest,
): Promise<{ readonly inputs: PropertyMap; readonly failures: readonly Failure[] }> {
  refuseUnsupported(urn, news);
  const { compat: _, resourceNames: __, status: ___, ...given } = unwrapped(news) as PropertyMap;
  const old = olds === null ? undefined : (unwrapped(olds) as PropertyMap).name;
  const inputs: PropertyMap = {
    ...zeros,
    ...given,
    // adoptOldNameIfUnnamed, assignNameIfAutonameable: this one is made anew in each preview, without the engine's seed.
    name: given.name || old || uniqueName(`${partsOf(urn).name}-`),
    namespace: given.namespace || settings.namespace,
  };
  if (given.skipAwait !== true && given.timeout === undefined) inputs.timeout = defaultTimeoutSeconds;
  if (isMap(given.repositoryOpts))
    inputs.repositoryOpts = {
      ...Object.fromEntries(["caFile", "certFile", "keyFile", "password", "repo", "username"].map((key) => [key, ""])),
      ...given.repositoryOpts,
    };
  const failures: Failure[] = [];
  // Of a chart that comes from somewhere unknown nothing can be said yet; the provider then leaves the version alone.
  if (!containsUnknown(inputs))
    await chartVersion(settings, releaseOf(inputs)).then(
      (version) => {
        inputs.version = version;
      },
      (error: unknown) => {
        if (!(error instanceof HelmError)) throw error;
        const reason = `${error.message}; check the chart name and repository configuration.`;
        failures.push({ property: "chart", reason });
      },
    );
  return { inputs: markSecrets(inputs, news), failures };
}

/** Arguments that find a chart. helm_release.go chartPathOptionsFromRelease, resolveChartName. */
export function chartArguments({ chart, repository, version }: Release): string[] {
  const isUrl = repository !== "" && !chart.startsWith("oci://");
  return [chart, ...(isUrl ? ["--repo", repository] : []), ...(version === "" ? [] : ["--version", version])];
}

async function chartVersion(settings: Settings, release: Release): Promise<string> {
  const text = await helm(settings, release.namespace, ["show", "chart", ...chartArguments(release)]);
  const metadata = load(text) as { version: string; type?: string };
  // isChartInstallable; Create says it as well.
  if (metadata.type !== undefined && metadata.type !== "application")
    throw new HelmError(`${metadata.type} charts are not installable`);
  return metadata.version;
}
