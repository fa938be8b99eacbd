import { withStack } from "./openStack.ts";

/** `./bench outputs STACK`: the stack's outputs as JSON; a secret one shows as "[secret]". */
export async function outputs(name: string): Promise<number> {
  const values = await withStack(name, (stack) => stack.outputs());
  const shown = Object.fromEntries(
    Object.entries(values).map(([key, { value, secret }]) => [key, secret ? "[secret]" : value]),
  );
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
  return 0;
}
