/** Tokenizer from a Hugging Face `tokenizer.json`, with the model's chat template for prompts. */
import { framedTurns } from "../../rl/contracts/prompt.ts";
import type { Prompt, PromptFrame } from "../../rl/contracts/types.ts";
import { openChatTemplate, templateText, type ChatTemplate } from "./chatTemplate.ts";
import {
  firstToken,
  readSpecialTokens,
  type TokenizerTexts,
} from "../../formats/huggingface/specialTokens.ts";
import { openCodec, type Codec } from "./tokenizing/codec.ts";
import { testTokenizer } from "./tokenizing/selfTest.ts";

/** Text <-> token ids. */
export interface Tokenizer {
  /** Encodes a text without adding special tokens. */
  encode(text: string): Int32Array;
  /** Decodes token ids, skipping special tokens. */
  decode(tokens: ArrayLike<number>): string;
  /** Returns the text of a prompt as the model receives it, special tokens included. */
  promptText(prompt: Prompt): string;
  /** Encodes a question, as the turns of the chat template with system prompt and suffix, ready for the response. */
  encodePrompt(prompt: Prompt): Int32Array;
  /** Text of the token that every text begins with; "" for a model without one. */
  readonly beginning: string;
  /** The tokenizer's own `eos_token`, and the token after a reply in the chat template; null if there is none. */
  readonly end: Token | null;
  readonly turnEnd: Token | null;
  /** False if the model has no chat template: prompts are then the bare text of their turns. */
  readonly hasChatTemplate: boolean;
}

export interface Token {
  readonly id: number;
  readonly text: string;
}

/** The day of prompts without one, which is the default date in Llama's templates. */
const PAST = "2024-07-26";

/** No system prompt and no suffix. */
export const UNFRAMED: PromptFrame = { system: "", suffix: "" };

/** The template of a model without one: the text of each turn, a line break after it. */
export const PLAIN_TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}";

/** Opens the tokenizer of a folder. Throws `TokenizerError` or `ChatTemplateError` if its files ask for what is not computed. */
export function createTokenizer(texts: TokenizerTexts, frame = UNFRAMED): Tokenizer {
  const { tokenizerJson, tokenizerConfig } = texts;
  const special = readSpecialTokens(texts);
  const codec = openCodec(tokenizerJson, [...special.named.values(), ...special.additional]);
  testTokenizer(codec, tokenizerJson);
  const { template: given, templateArgs: args = {}, date = PAST } = frame;
  const template = given ?? templateText(tokenizerConfig["chat_template"]);
  const render = openChatTemplate(template ?? PLAIN_TEMPLATE, { special, args, date });
  const bos = special.named.get("bos_token") ?? "";
  const first = template === null && firstToken(tokenizerJson["post_processor"]) === bos ? bos : "";
  const promptText = (prompt: Prompt): string => first + render(framedTurns(prompt, frame));
  const encode = (text: string): Int32Array => Int32Array.from(codec.encode(text));
  return {
    encode,
    decode: codec.decode,
    beginning: bos,
    end: tokenOf(special.named.get("eos_token"), codec),
    turnEnd: template === null ? null : turnEndOf(render, codec),
    encodePrompt: (prompt) => encode(promptText(prompt)),
    promptText,
    hasChatTemplate: template !== null,
  };
}

function tokenOf(text: string | undefined, { idOf }: Codec): Token | null {
  const id = text === undefined ? null : idOf(text);
  return id === null || text === undefined ? null : { id, text };
}

/** Returns the special token that a template puts after a reply; null if there is none, or it rejects the turns. */
function turnEndOf(render: ChatTemplate, { added }: Codec): Token | null {
  const reply = "a reply to find";
  try {
    const turns = [{ role: "user", content: "a" } as const, { role: "assistant", content: reply } as const];
    const [, ...rest] = render(turns, false).split(reply);
    const after = (rest.at(-1) ?? "").trimStart();
    const found = added.find(
      ({ special, content }) => special && content !== "" && after.startsWith(content),
    );
    return found === undefined ? null : { id: found.id, text: found.content };
  } catch {
    return null; // such as a template that needs a system turn
  }
}
