import { destroy } from "./destroy.ts";
import { type UpOptions, up } from "./up.ts";

/** `./bench e2e STACK`: the teardown happens whatever `up` came to. */
export async function e2e(name: string, options: UpOptions): Promise<number> {
  try {
    return await up(name, options);
  } finally {
    await destroy(name, options);
  }
}
