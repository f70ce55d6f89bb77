/**
 * Trains the tokenizer of the embedded models and writes public/models/tokenizer/, in the Hugging Face format.
 * Run: npx tsx tools/pretraining/trainTokenizer.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bpeTokenizerJson } from "../../src/formats/huggingface/bpeTokenizer.ts";
import { corpus, SKILL_MIX } from "../../src/tasks/corpus.ts";
import { byteSymbols, trainMerges, type Merge } from "./bpe.ts";

const SPECIAL_TOKENS = ["<pad>", "<bos>", "<eos>"];
const SAMPLE = { documents: 20_000, seed: 6, mix: SKILL_MIX };
const VOCABULARY = 464;

/**
 * Pattern of the pieces that merges never cross, in order of precedence: the start of a boxed answer; a digit; letters and spaces
 * with the punctuation that ends them, so that ` bags of ` and `A. ` become one token; a full stop with its space; any other
 * character. ASCII classes only, so that token ids do not depend on the version of Unicode; other scripts are encoded as bytes.
 */
export const PIECES = String.raw`\\boxed\{|[0-9]|[A-Za-z ]+(?:[.?] ?)?|\. ?|[^A-Za-z0-9 .]`;

function countPieces(): Map<string, number> {
  const counts = new Map<string, number>();
  const pattern = new RegExp(PIECES, "gu");
  for (const { prompt, response } of corpus(SAMPLE)) {
    for (const [piece] of `${prompt}\n${response}`.matchAll(pattern))
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  return counts;
}

/** Returns tokenizer.json: the special tokens, the 256 bytes, then one token per merge. */
function tokenizerJson(merges: readonly Merge[]): object {
  const tokens = [...SPECIAL_TOKENS, ...byteSymbols(), ...merges.map(([left, right]) => left + right)];
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false };
  return bpeTokenizerJson({
    tokens,
    merges: merges.map(([left, right]) => `${left} ${right}`),
    addedTokens: SPECIAL_TOKENS.map((_, id) => ({ id, special: true })),
    normalizer: null,
    preTokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: PIECES }, behavior: "Isolated", invert: false },
        byteLevel,
      ],
    },
    decoder: byteLevel,
    ignoreMerges: false,
  });
}

const TOKENIZER_CONFIG = {
  tokenizer_class: "PreTrainedTokenizerFast",
  bos_token: "<bos>",
  eos_token: "<eos>",
  pad_token: "<pad>",
  clean_up_tokenization_spaces: false,
  model_max_length: 2048,
  chat_template: "{{ bos_token }}{% for message in messages %}{{ message['content'] }}\n{% endfor %}",
};

/** Returns the text of both files of the tokenizer by name; deterministic. */
export function tokenizerFiles(): Map<string, string> {
  const merges = trainMerges(countPieces(), VOCABULARY - SPECIAL_TOKENS.length - 256);
  const write = (content: object): string => `${JSON.stringify(content, null, 1)}\n`;
  return new Map([
    ["tokenizer.json", write(tokenizerJson(merges))],
    ["tokenizer_config.json", write(TOKENIZER_CONFIG)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL("../../public/models/tokenizer/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of tokenizerFiles()) {
    writeFileSync(new URL(name, folder), text);
    console.log(`public/models/tokenizer/${name}: ${text.length} characters`);
  }
}
