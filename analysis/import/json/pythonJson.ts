const STRING_OR_NOT_A_NUMBER = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs;

/**
 * Parses JSON as Python's json module writes it: NaN and Infinity, which JSON does not know, are null.
 * @throws SyntaxError
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!text.includes("NaN") && !text.includes("Infinity")) throw error;
    return JSON.parse(text.replace(STRING_OR_NOT_A_NUMBER, (part) => (part.startsWith('"') ? part : "null")));
  }
}
