/** Self-test of a tokenizer at opening, by its own file's rules. */
import { isJsonObject, type JsonObject } from "../../../formats/jsonObject.ts";
import type { Codec } from "./codec.ts";
import { BYTES } from "./decoders.ts";
import { TokenizerError } from "./tokenizerError.ts";

/** Texts at which tokenizers differ. */
const AWKWARD: readonly string[] = [
  ...[
    "a",
    " ",
    "  a  b",
    "\n",
    "\r\n\r\n x",
    "\t\ttab ",
    "it's we'LL don't",
    "3.14159",
    "12345678",
    "½²³ ١٢٣",
  ],
  ...[
    "Zoë naïve",
    "e\u0301a\u0308",
    "ﬁ ① ㎏",
    "ΣΑΣ ς",
    "İstanbul ß",
    "你好，世界",
    "日本語のテキスト",
    "한국어",
    "עברית",
    "हिन्दी",
  ],
  ...[
    "ไทย",
    "🌍",
    "👩‍👩‍👧 🇩🇪",
    "\u00a0\u3000\u200b\u2028",
    "\ufeffx",
    "\u0085x",
    "a\u0000b\u001f",
    "\ufffd",
    "<0x41>",
    "▁a ▁",
  ],
  ...[
    "\\boxed{\\frac{1}{2}}",
    "x_1^2 + y≠z",
    "$$",
    "a,b.c!d?",
    "((()))",
    "__init__",
    "ſhe'S",
    "#-*-#",
    "\u{10ffff}",
    "Ġ Ċ",
  ],
];

/** Throws `TokenizerError` if the tokenizer does not do what tokenizer.json says of added tokens, bytes and ids. */
export function testTokenizer(codec: Codec, tokenizerJson: JsonObject): void {
  const isExact = isByteExact(tokenizerJson);
  const isKnown = new Map<number, boolean>();
  for (const text of AWKWARD) {
    const ids = codec.encode(text);
    for (const id of ids) isKnown.set(id, Number.isSafeInteger(id) && id >= 0);
    const isWhole = !codec.added.some(({ content, special }) => special && text.includes(content));
    const back = codec.decode(ids);
    if (isExact && isWhole && back !== text)
      fail(`${JSON.stringify(text)} comes back as ${JSON.stringify(back)}`);
  }
  if ([...isKnown.values()].includes(false)) fail("a text has a token without an id");
  for (const { content, id, singleWord } of codec.added) {
    const ids = codec.encode(content);
    if ((ids.length === 1 && ids[0] === id) || singleWord || content === "") continue;
    if (!codec.added.some((other) => other.id !== id && content.includes(other.content)))
      fail(`the added token ${JSON.stringify(content)} has id ${id} and is encoded as ${ids.join(", ")}`);
  }
}

/** True if every text must come back exactly: byte-level BPE of all bytes, without a normalizer. */
function isByteExact({
  normalizer,
  pre_tokenizer: pre,
  decoder,
  model,
  added_tokens: added,
}: JsonObject): boolean {
  const vocab = isJsonObject(model) && isJsonObject(model["vocab"]) ? model["vocab"] : {};
  const hasBytes = [...BYTES.keys()].every((character) => Object.hasOwn(vocab, character));
  const strips = JSON.stringify(added ?? []);
  return (
    normalizer == null &&
    isJsonObject(decoder) &&
    decoder["type"] === "ByteLevel" &&
    hasBytes &&
    keepsAll(pre) &&
    !/"[lr]strip":true/.test(strips)
  );
}

/** True for a byte-level pre-tokenizer that neither adds nor removes characters. */
function keepsAll(pre: unknown): boolean {
  if (!isJsonObject(pre)) return false;
  const steps: readonly unknown[] = Array.isArray(pre["pretokenizers"]) ? pre["pretokenizers"] : [pre];
  const last = steps.at(-1);
  if (!isJsonObject(last) || last["type"] !== "ByteLevel" || last["add_prefix_space"] !== false) return false;
  return steps
    .slice(0, -1)
    .every(
      (step) =>
        isJsonObject(step) &&
        (step["type"] === "Digits" || (step["type"] === "Split" && step["behavior"] !== "Removed")),
    );
}

function fail(what: string): never {
  throw new TokenizerError(
    `tokenizer.json contradicts itself: ${what}. Use the tokenizer that the model was trained with`,
  );
}
