/** Converts a Hugging Face tokenizer to GGUF metadata: the inverse of ggufTokenizer.ts. */
import { GgufExportError } from "./ggufError.ts";
import type { MetadataValue } from "./ggufHeaderBytes.ts";
import { ENDS, TOKEN_KINDS } from "./ggufTokenizer.ts";
import {
  firstToken,
  readSpecialTokens,
  type SpecialTokenName,
  type TokenizerTexts,
} from "../huggingface/specialTokens.ts";
import { at } from "../../math/at.ts";
import { isJsonObject, type JsonObject } from "../jsonObject.ts";

type Entry = [string, MetadataValue];

interface TokenizerContext {
  /** llama.cpp's name of the pre-tokenizer. */
  readonly preTokenizer: string;
  /** V, rows of the embedding, which is the number of tokens written. */
  readonly vocabulary: number;
  /** Tokens that end a response, the most common first. */
  readonly eosTokens: readonly number[];
}

/** Returns the metadata `tokenizer.*`. Throws `GgufExportError` if GGUF cannot represent the tokenizer. */
export function tokenizerMetadata(
  texts: TokenizerTexts,
  { preTokenizer, vocabulary, eosTokens }: TokenizerContext,
): Entry[] {
  const { tokenizerJson, tokenizerConfig } = texts;
  const { tokens, kinds, merges } = bpeOf(tokenizerJson, vocabulary);
  const { named } = readSpecialTokens(texts);
  const idOf = (name: SpecialTokenName): number | null => {
    const id = tokens.indexOf(named.get(name) ?? "");
    return id < 0 ? null : id;
  };
  const ids: [string, number | null | undefined][] = [
    ["bos", idOf("bos_token")],
    ...endsOf(tokens, kinds, eosTokens, idOf("eos_token")),
    ["padding", idOf("pad_token")],
    ["unknown", idOf("unk_token")],
  ];
  const { add_bos_token: asked, chat_template: template } = tokenizerConfig;
  const first = firstToken(tokenizerJson["post_processor"]);
  const addBos = asked ?? (first !== null && first === named.get("bos_token") ? true : undefined);
  return [
    ["tokenizer.ggml.model", { text: "gpt2" }],
    ["tokenizer.ggml.pre", { text: preTokenizer }],
    ["tokenizer.ggml.tokens", { texts: tokens }],
    ["tokenizer.ggml.token_type", { int32s: kinds }],
    ["tokenizer.ggml.merges", { texts: merges }],
    ...ids.flatMap(([name, id]): Entry[] =>
      id == null ? [] : [[`tokenizer.ggml.${name}_token_id`, { uint32: id }]],
    ),
    ...(typeof addBos === "boolean"
      ? [["tokenizer.ggml.add_bos_token", { flag: addBos }] satisfies Entry]
      : []),
    ...(typeof template === "string"
      ? [["tokenizer.chat_template", { text: template }] satisfies Entry]
      : []),
  ];
}

/** Tokens by id, their types, and merges "a b". Rows of the embedding without a token become unused tokens. */
function bpeOf(
  { model, added_tokens: added }: JsonObject,
  vocabulary: number,
): { tokens: string[]; kinds: number[]; merges: string[] } {
  const { vocab, merges, type = "BPE" } = isJsonObject(model) ? model : {};
  if (!isJsonObject(vocab) || !Array.isArray(merges) || type !== "BPE")
    throw new GgufExportError("tokenizer.json is not byte-level BPE");
  const tokens = Array.from({ length: vocabulary }, (_, id) => `[PAD${id}]`);
  const kinds = Array.from({ length: vocabulary }, (): number => TOKEN_KINDS.unused);
  const put = (id: unknown, token: unknown, kind: number): void => {
    if (typeof id !== "number" || typeof token !== "string" || !(id in tokens))
      throw new GgufExportError(
        `token ${JSON.stringify(token)} has id ${String(id)}, outside a vocabulary of ${vocabulary}`,
      );
    [tokens[id], kinds[id]] = [token, kind];
  };
  for (const [token, id] of Object.entries(vocab)) put(id, token, TOKEN_KINDS.normal);
  const listed: readonly unknown[] = Array.isArray(added) ? added : [];
  for (const one of listed.filter(isJsonObject))
    put(one["id"], one["content"], one["special"] === true ? TOKEN_KINDS.control : TOKEN_KINDS.userDefined);
  return {
    tokens,
    kinds,
    merges: merges.map((one: unknown) => (Array.isArray(one) ? one.join(" ") : String(one))),
  };
}

/** Metadata keys of end tokens. GGUF has three keys; further end tokens must be known by name (`ENDS`). */
function endsOf(
  tokens: readonly string[],
  kinds: readonly number[],
  eosTokens: readonly number[],
  named: number | null,
): [string, number | undefined][] {
  const eos = named !== null && eosTokens.includes(named) ? named : eosTokens[0];
  const isKnown = (id: number): boolean => kinds[id] === TOKEN_KINDS.control && ENDS.has(at(tokens, id));
  const [eot, eom, fourth] = eosTokens.filter((id) => id !== eos && !isKnown(id));
  if (fourth !== undefined)
    throw new GgufExportError(
      `the model has more end tokens than GGUF has keys for: ${eosTokens.join(", ")}`,
    );
  return [
    ["eos", eos],
    ["eot", eot],
    ["eom", eom],
  ];
}
