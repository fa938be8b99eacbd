import { withStack } from "./openStack.ts";

/** `./bench cancel STACK`: frees a state lock that a killed command left. */
export async function cancel(name: string): Promise<number> {
  await withStack(name, (stack) => stack.cancel());
  process.stdout.write(`The state of stack "${name}" is free.\n`);
  return 0;
}
