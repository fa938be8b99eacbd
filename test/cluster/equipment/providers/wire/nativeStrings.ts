import jspb from "google-protobuf";

type Methods = Record<string, unknown>;

/**
 * Lets Node's Buffer read and write strings: google-protobuf does so byte by byte in JavaScript, and the code of our programs,
 * a quarter of a megabyte, is in half a dozen messages of each command (300 kB there and back: 28 ms, so 1 ms).
 * @returns what gives the library its own methods back
 */
export function useNativeStrings(): () => void {
  const undoReader = replaced(jspb.BinaryReader.prototype, "readString", function (this: jspb.BinaryReader): string {
    const { buffer, byteOffset, length } = this.readBytes();
    return Buffer.from(buffer, byteOffset, length).toString("utf8");
  });
  const undoWriter = replaced(
    jspb.BinaryWriter.prototype,
    "writeString",
    function (this: jspb.BinaryWriter, field: number, value?: string): void {
      if (value !== undefined && value !== null) this.writeBytes(field, Buffer.from(value, "utf8"));
    },
  );
  return () => {
    undoReader();
    undoWriter();
  };
}

/** Under its short internal name as well, by which the library itself calls it. */
function replaced(prototype: object, name: string, method: unknown): () => void {
  const methods = prototype as Methods;
  const old = methods[name];
  if (typeof old !== "function") throw new Error(`google-protobuf has no ${name}`);
  const keys = Object.keys(methods).filter((key) => methods[key] === old);
  for (const key of keys) methods[key] = method;
  return () => {
    for (const key of keys) methods[key] = old;
  };
}
