import { helmBinary } from "./helm.ts";
import { turn } from "./turn.ts";

/**
 * Before all files: those that run side by side would each build it, three times three minutes on a machine that has none.
 * Where it cannot be had, the tests that need it fail with the reason, and the others run.
 */
export async function mochaGlobalSetup(): Promise<void> {
  const giveBack = await turn("helm");
  await helmBinary().catch((error: Error) => process.stderr.write(`${error.message}\n`));
  giveBack();
}
