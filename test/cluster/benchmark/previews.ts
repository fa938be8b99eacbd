import { readdirSync } from "node:fs";
import { ClusterCheckout } from "../equipment/clusterCheckout.ts";

/** Stack -> seconds that `preview` took, each of `times`; the first one of all, which warms caches, is left out. */
export async function previews(times: number): Promise<Map<string, number[]>> {
  const checkout = new ClusterCheckout("benchmark");
  try {
    const stacks = readdirSync(checkout.path).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    const measured = new Map<string, number[]>();
    for (const stack of stacks) {
      const seconds: number[] = [];
      for (let time = 0; time <= times; time++) {
        const ended = await checkout.bench("preview", stack);
        if (ended.code !== 0) throw new Error(`preview ${stack}: ${ended.stderr}${ended.stdout}`);
        if (time > 0) seconds.push(ended.seconds);
      }
      measured.set(stack, seconds);
    }
    return measured;
  } finally {
    checkout.remove();
  }
}
