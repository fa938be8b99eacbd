import type { DeleteRequest, ReadRequest } from "../../wire/provider.ts";
import type { Settings } from "../settings.ts";
import { helm } from "./helmCli.ts";
import { inputsOfState, recorded, releaseState } from "./record.ts";
import { releaseOf } from "./release.ts";

/** Null: the release is gone. helm_release.go Read; inputs stay as they are, so drift is not seen. */
export async function readRelease(settings: Settings, { urn, properties }: ReadRequest) {
  const inputs = inputsOfState(properties);
  if (Object.keys(inputs).length === 0) throw new Error(`the stand-in does not know imports of a Release (${urn})`);
  const release = releaseOf(inputs);
  const found = await recorded(settings, release);
  return found === null ? null : { properties: releaseState(inputs, release, found), inputs };
}

/** helm_release.go Delete; a release that somebody else uninstalled is an error there as well. */
export async function deleteRelease(settings: Settings, { properties }: DeleteRequest): Promise<void> {
  const { name, namespace, atomic, skipAwait, timeout } = releaseOf(inputsOfState(properties));
  const wait = atomic || !skipAwait ? ["--wait", "--timeout", `${timeout || 300}s`] : [];
  await helm(settings, namespace, ["uninstall", name, ...wait]);
}
