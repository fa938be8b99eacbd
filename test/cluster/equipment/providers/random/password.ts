import { randomBytes, randomInt } from "node:crypto";

/** Inputs of RandomPassword with its defaults filled in. internal/provider/resource_password.go passwordSchemaV3. */
export interface PasswordInputs {
  readonly length: number;
  readonly lower: boolean;
  readonly upper: boolean;
  readonly numeric: boolean;
  readonly special: boolean;
  readonly minLower: number;
  readonly minUpper: number;
  readonly minNumeric: number;
  readonly minSpecial: number;
  readonly overrideSpecial?: string;
}

/** internal/random/string.go CreateString: the minimums first, the rest from all classes, then shuffled. */
export function password(inputs: PasswordInputs): string {
  const special = inputs.overrideSpecial || "!@#$%&*()-_=+[]{}<>:?";
  const classes = [
    { use: inputs.upper, characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", least: inputs.minUpper },
    { use: inputs.lower, characters: "abcdefghijklmnopqrstuvwxyz", least: inputs.minLower },
    { use: inputs.numeric, characters: "0123456789", least: inputs.minNumeric },
    { use: inputs.special, characters: special, least: inputs.minSpecial },
  ];
  const least = classes.flatMap(({ characters, least }) => drawn(characters, least));
  const all = classes.map(({ use, characters }) => (use ? characters : "")).join("");
  return shuffled([...least, ...drawn(all, inputs.length - least.length)]).join("");
}

function drawn(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters[randomInt(characters.length)] as string);
}

function shuffled(characters: readonly string[]): string[] {
  const order = randomBytes(characters.length * 4);
  const keyed = characters.map((character, index) => ({ character, key: order.readUInt32LE(index * 4) }));
  return keyed.sort((one, other) => one.key - other.key).map(({ character }) => character);
}
