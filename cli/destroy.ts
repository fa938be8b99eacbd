import { engineOutput, withStack } from "./openStack.ts";

/** `./bench destroy STACK`: everything the stack deployed goes; results stay. */
export async function destroy(name: string, options: { verbose: boolean }): Promise<number> {
  const { summary } = await withStack(name, (stack) =>
    stack.destroy({ suppressProgress: true, ...engineOutput(options) }),
  );
  const deleted = summary.resourceChanges?.delete ?? 0;
  process.stdout.write(
    deleted === 0
      ? `Nothing of stack "${name}" was deployed.\n`
      : `Destroyed ${deleted} resources of stack "${name}".\n`,
  );
  process.stdout.write(`Results stay in results/${name}.\n`);
  return 0;
}
