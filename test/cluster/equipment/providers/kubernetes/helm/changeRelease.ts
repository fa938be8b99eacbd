import { setTimeout as sleep } from "node:timers/promises";
import { warn } from "../../wire/engineLog.ts";
import type { PropertyMap } from "../../wire/propertyValue.ts";
import { type CreateRequest, InitFailed, type UpdateRequest } from "../../wire/provider.ts";
import type { Settings } from "../settings.ts";
import { chartArguments } from "./checkRelease.ts";
import { HelmError, helm } from "./helmCli.ts";
import { previewedState, type Recorded, recorded, releaseState } from "./record.ts";
import { idOfRelease, type Release, releaseOf } from "./release.ts";

/** helm_release.go Create, helmCreate; LLMBENCH_TEST_HOLD_CREATED as for objects (create.ts). */
export async function createRelease(settings: Settings, { urn, properties, preview }: CreateRequest) {
  if (preview) return { id: "", properties: previewedState(properties) };
  if (settings.server === null)
    throw new Error(`can't create Helm Release with unreachable cluster: ${settings.unreachable}`);
  const release = releaseOf(properties);
  const create = release.createNamespace ? ["--create-namespace"] : [];
  const before = await recorded(settings, release);
  try {
    await change(settings, release, ["install", ...create]);
  } catch (error) {
    const found = await revisionOf(settings, release, before, error);
    warn(
      urn,
      `Helm release "${release.name}" was created but has a failed status. Use the \`helm\` command to investigate the error, correct it, then retry. Reason: ${(error as Error).message}`,
    );
    throw failed(release, properties, found, "was created, but failed to initialize completely", error);
  }
  if (process.env.LLMBENCH_TEST_HOLD_CREATED === "Release") await sleep(600_000);
  const found = (await recorded(settings, release)) as Recorded;
  return { id: idOfRelease(release), properties: releaseState(properties, release, found) };
}

/** helm_release.go Update, helmUpdate. */
export async function updateRelease(settings: Settings, { news, preview }: UpdateRequest): Promise<PropertyMap> {
  if (preview) return previewedState(news);
  if (settings.server === null)
    throw new Error(`can't update Helm Release with unreachable cluster: ${settings.unreachable}`);
  const release = releaseOf(news);
  const before = await recorded(settings, release);
  const cleanup = release.cleanupOnFail ? ["--cleanup-on-fail"] : [];
  try {
    // client.MaxHistory is 0 where the program says nothing, which is no limit; the command's own default is 10.
    await change(settings, release, ["upgrade", "--history-max", "0", ...cleanup]);
  } catch (error) {
    const found = await revisionOf(settings, release, before, error);
    throw failed(release, news, found, "failed to initialize completely", error);
  }
  return releaseState(news, release, (await recorded(settings, release)) as Recorded);
}

function change(settings: Settings, release: Release, [verb = "", ...options]: readonly string[]): Promise<string> {
  const wait = release.skipAwait ? [] : ["--wait"];
  const atomic = release.atomic ? ["--atomic"] : [];
  const timeout = ["--timeout", `${release.timeout || 300}s`];
  const [chart = "", ...found] = chartArguments(release);
  const args = [verb, release.name, chart, ...found, ...options, ...wait, ...atomic, ...timeout];
  return helm(settings, release.namespace, args, release.values);
}

/**
 * The revision that a failed change left; where it left none ("another operation is in progress", "cannot re-use a name",
 * templates that do not render), the error is the whole answer and the state stays as it was: rel == nil in helm_release.go.
 */
async function revisionOf(
  settings: Settings,
  release: Release,
  before: Recorded | null,
  error: unknown,
): Promise<Recorded> {
  if (!(error instanceof HelmError)) throw error;
  const now = await recorded(settings, release).catch(() => null);
  if (now === null || now.revision === before?.revision) throw error;
  return now;
}

/** The engine keeps the release and the error; the next `up` upgrades it. helm_release.go partialError. */
function failed(release: Release, inputs: PropertyMap, found: Recorded, how: string, error: unknown): InitFailed {
  const id = idOfRelease(release);
  const message = `Helm release "${id}" ${how}. Use Helm CLI to investigate: failed to become available within allocated timeout. Error: Helm Release ${id}: ${(error as Error).message}`;
  return new InitFailed(message, id, releaseState(inputs, release, found), { cause: error });
}
