/** The tokenizer of a Hugging Face folder -> a GGUF file's metadata: ggufTokenizer.ts the other way round. */
import { GgufExportError } from "./ggufExportError.ts";
import type { MetadataValue } from "./ggufHeaderBytes.ts";
import type { CutName } from "./ggufPreTokenizers.ts";
import { ENDS, TOKEN_KINDS, type TokenizerFiles } from "./ggufTokenizer.ts";
import type { JsonObject } from "../jsonObject.ts";

/** What else decides the metadata. */
export interface TokenizerContext {
  readonly cut: CutName;
  /** V, rows of the embedding: as many tokens are written. */
  readonly vocabulary: number;
  /** Tokens that end a response, the most usual first. */
  readonly eosTokens: readonly number[];
}

/** `tokenizer.*`, as llama.cpp and our own reader expect it. */
export function tokenizerMetadata(
  { tokenizerJson, tokenizerConfig }: TokenizerFiles,
  { cut, vocabulary, eosTokens }: TokenizerContext,
): [string, MetadataValue][] {
  const { tokens, kinds, merges } = bpeOf(tokenizerJson, vocabulary);
  const idOf = (key: string): number | null => {
    const id = tokens.indexOf(tokenText(tokenizerConfig[key]) ?? "");
    return id < 0 ? null : id;
  };
  const ids: [string, number | null | undefined][] = [
    ["bos", idOf("bos_token")],
    ...endsOf(tokens, kinds, eosTokens, idOf("eos_token")),
    ["padding", idOf("pad_token")],
  ];
  const [addBos, template] = [tokenizerConfig["add_bos_token"], tokenizerConfig["chat_template"]];
  return [
    ["tokenizer.ggml.model", { text: "gpt2" }],
    ["tokenizer.ggml.pre", { text: cut.name }],
    ["tokenizer.ggml.tokens", { texts: tokens }],
    ["tokenizer.ggml.token_type", { int32s: kinds }],
    ["tokenizer.ggml.merges", { texts: merges }],
    ...ids.flatMap(([name, id]): [string, MetadataValue][] =>
      id == null ? [] : [[`tokenizer.ggml.${name}_token_id`, { uint32: id }]],
    ),
    ...(typeof addBos === "boolean" ? [entry("tokenizer.ggml.add_bos_token", { flag: addBos })] : []),
    ...(typeof template === "string" ? [entry("tokenizer.chat_template", { text: template })] : []),
  ];
}

function entry(key: string, value: MetadataValue): [string, MetadataValue] {
  return [key, value];
}

/** Tokens by id, their kinds, and merges "a b". Rows of the embedding without a token are unused ones. */
function bpeOf(
  { model, added_tokens: added }: JsonObject,
  vocabulary: number,
): { tokens: string[]; kinds: number[]; merges: string[] } {
  const vocab = isObject(model) ? model["vocab"] : null;
  const merges = isObject(model) ? model["merges"] : null;
  if (!isObject(model) || !isObject(vocab) || !Array.isArray(merges) || (model["type"] ?? "BPE") !== "BPE")
    throw new GgufExportError("its tokenizer.json holds no byte-level BPE");
  const tokens = Array.from({ length: vocabulary }, (_, id) => `[PAD${id}]`);
  const kinds = Array.from({ length: vocabulary }, (): number => TOKEN_KINDS.unused);
  const put = (id: unknown, token: unknown, kind: number): void => {
    if (typeof id !== "number" || typeof token !== "string" || !(id in tokens))
      throw new GgufExportError(`token ${JSON.stringify(token)} is number ${String(id)} of ${vocabulary}`);
    [tokens[id], kinds[id]] = [token, kind];
  };
  for (const [token, id] of Object.entries(vocab)) put(id, token, TOKEN_KINDS.normal);
  const listed: readonly unknown[] = Array.isArray(added) ? added : [];
  for (const one of listed.filter(isObject))
    put(one["id"], one["content"], one["special"] === true ? TOKEN_KINDS.control : TOKEN_KINDS.userDefined);
  return {
    tokens,
    kinds,
    merges: merges.map((one: unknown) => (Array.isArray(one) ? one.join(" ") : String(one))),
  };
}

/** Three ends have keys of their own; further ones are known by their names, or cannot be told. */
function endsOf(
  tokens: readonly string[],
  kinds: readonly number[],
  eosTokens: readonly number[],
  named: number | null,
): [string, number | undefined][] {
  const eos = named !== null && eosTokens.includes(named) ? named : eosTokens[0];
  const isKnown = (id: number): boolean => kinds[id] === TOKEN_KINDS.control && ENDS.has(tokens[id] ?? "");
  const [eot, eom, fourth] = eosTokens.filter((id) => id !== eos && !isKnown(id));
  if (fourth !== undefined)
    throw new GgufExportError(`more tokens end a response than GGUF has keys for: ${eosTokens.join(", ")}`);
  return [
    ["eos", eos],
    ["eot", eot],
    ["eom", eom],
  ];
}

/** A token is named by its text, or by an object that holds it. */
function tokenText(value: unknown): string | null {
  if (typeof value === "string") return value;
  const content = isObject(value) ? value["content"] : null;
  return typeof content === "string" ? content : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
