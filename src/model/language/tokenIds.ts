/** Token ids and the rows of the embedding: an id without a row has no meaning to the model, and no backend may read it. */
import { isJsonObject, type JsonObject } from "../../formats/jsonObject.ts";
import { TokenizerError } from "./tokenizing/tokenizerError.ts";

/** Placeholders of images and sounds in the tokenizers of text-only models, such as Gemma 3's of one billion parameters. */
const OTHER_MEDIA = /^<(image|audio|video)_soft_token>$/;

/**
 * Throws `TokenizerError`, naming the token, if tokenizer.json has one of an id that is not below `vocabulary`. Placeholders of
 * other media are left to `checkTokens`.
 */
export function checkTokenizer(tokenizerJson: JsonObject, vocabulary: number): void {
  const beyond = tokensOf(tokenizerJson).filter(([text, id]) => id >= vocabulary && !OTHER_MEDIA.test(text));
  const [first] = beyond.sort((a, b) => a[1] - b[1]);
  if (first === undefined) return;
  const others = beyond.length === 1 ? "" : ` and ${beyond.length - 1} more`;
  throw new TokenizerError(
    `tokenizer.json has token ${JSON.stringify(first[0])} with id ${first[1]}${others}, but the embedding has ${vocabulary} rows (vocab_size): use the tokenizer that the model was trained with, or the model whose embedding was resized to it`,
  );
}

/** Throws a `RangeError` if a text has a token that the model has no embedding of. */
export function checkTokens(tokens: Int32Array, vocabulary: number): void {
  const beyond = tokens.find((token) => token < 0 || token >= vocabulary);
  if (beyond === undefined) return;
  throw new RangeError(
    `a text has token ${beyond}, but the model's embedding has ${vocabulary} rows: leave out the text that it stands for`,
  );
}

/** Returns [text, id] of every token: of the model's vocabulary, an object or, of Unigram, a list, and added ones. */
function tokensOf({ model, added_tokens: added }: JsonObject): [string, number][] {
  const vocab = isJsonObject(model) ? model["vocab"] : undefined;
  const own: [string, unknown][] = Array.isArray(vocab)
    ? vocab.map((entry: unknown, id) => [Array.isArray(entry) ? String(entry[0]) : "", id])
    : Object.entries(isJsonObject(vocab) ? vocab : {});
  const further = (Array.isArray(added) ? added : []).map((token: unknown): [string, unknown] =>
    isJsonObject(token) ? [String(token["content"]), token["id"]] : ["", null],
  );
  return [...own, ...further].filter((entry): entry is [string, number] => typeof entry[1] === "number");
}
