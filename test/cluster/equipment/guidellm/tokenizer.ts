/** Files of a tokenizer whose tokens are the 256 bytes, as the libraries of Hugging Face read it: file -> text. */
export function byteTokenizer(): Record<string, string> {
  const end = "<|endoftext|>";
  const vocabulary = Object.fromEntries([end, ...byteLetters()].map((letter, id) => [letter, id]));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ id: 0, content: end, ...special }],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: "BPE", vocab: vocabulary, merges: [] },
  };
  const settings = { tokenizer_class: "PreTrainedTokenizerFast", bos_token: end, eos_token: end };
  return { "tokenizer.json": JSON.stringify(tokenizer), "tokenizer_config.json": JSON.stringify(settings) };
}

/** The letters that byte-level BPE writes bytes as: printable ones of Latin-1 stand for themselves, the others follow from 256 on. */
function byteLetters(): string[] {
  let next = 256;
  const isPrintable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}
