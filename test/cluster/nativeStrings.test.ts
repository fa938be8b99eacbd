import assert from "node:assert/strict";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import { useNativeStrings } from "./equipment/providers/wire/nativeStrings.ts";

const { Struct } = structs;
const value = {
  code: "const a = 1;\n".repeat(10_000),
  texts: ["", "é", "€", "😀", "\u0000", "日本語"],
  others: [null, true, 1.5, { ключ: "значение", "": {} }],
};

describe("strings of the stand-in providers' messages", () => {
  it("are the library's own bytes and texts", () => {
    const bytes = Struct.fromJavaScript(value).serializeBinary();
    const read = Struct.deserializeBinary(bytes).toJavaScript();
    assert.deepEqual(read, value);
    const undo = useNativeStrings();
    try {
      assert.deepEqual(Struct.fromJavaScript(value).serializeBinary(), bytes);
      assert.deepEqual(Struct.deserializeBinary(bytes).toJavaScript(), read);
    } finally {
      undo();
    }
    assert.deepEqual(Struct.fromJavaScript(value).serializeBinary(), bytes);
  });
});
