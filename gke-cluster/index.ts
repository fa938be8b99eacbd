import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { GkeCluster } from "../components/gkeCluster.ts";
import { type GkeSettings, gkeSettings } from "../components/gkeSettings.ts";

const settings = read();
const { project, region, zone } = settings;
const provider = new gcp.Provider("gcp", { project, region, zone });

export const { context, credentials, kubeconfig, next } = new GkeCluster(settings.name, settings, {
  providers: [provider],
});

/** What is wrong with a stack file, as Pulumi prints it without a stack trace. */
function read(): GkeSettings {
  try {
    return gkeSettings(pulumi.runtime.allConfig(), pulumi.getStack());
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}
