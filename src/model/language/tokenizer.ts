/** Tokenizer from a Hugging Face `tokenizer.json`, with the model's chat template for prompts. */
import { Template } from "@huggingface/jinja";
import { framedTurns } from "../../rl/contracts/prompt.ts";
import type { Message, Prompt, PromptFrame } from "../../rl/contracts/types.ts";
import { firstToken, readSpecialTokens, type SpecialTokens, type TokenizerTexts } from "./specialTokens.ts";
import { openCodec } from "./tokenizing/codec.ts";
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
  /** Returns a token's id; null if there is none of this text. */
  idOf(text: string): number | null;
  /** False if the model has no chat template: prompts are then the bare text of their turns. */
  readonly hasChatTemplate: boolean;
}

/** Default date in Llama's templates; fixed, so that prompts do not depend on the current date. */
const TEMPLATE_DATE = "26 Jul 2024";

/** No system prompt and no suffix. */
export const UNFRAMED: PromptFrame = { system: "", suffix: "" };

/** The template of a model without one: the text of each turn, a line break after it. */
const BARE_TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}";

/** Opens the tokenizer of a folder. Throws `TokenizerError` if it is not computed here as its file says. */
export function createTokenizer(texts: TokenizerTexts, frame = UNFRAMED): Tokenizer {
  const { tokenizerJson, tokenizerConfig } = texts;
  const special = readSpecialTokens(texts);
  const codec = openCodec(tokenizerJson, [...special.named.values(), ...special.additional]);
  testTokenizer(codec, tokenizerJson);
  const ownTemplate = templateText(tokenizerConfig["chat_template"]);
  const template = new Template(ownTemplate ?? BARE_TEMPLATE);
  const bos = special.named.get("bos_token") ?? "";
  const first = firstToken(tokenizerJson["post_processor"]) === bos ? bos : "";
  const promptText = (prompt: Prompt): string => {
    const text = render(template, special, framedTurns(prompt, frame));
    return ownTemplate === null ? first + text : text;
  };
  const encode = (text: string): Int32Array => Int32Array.from(codec.encode(text));
  return {
    encode,
    decode: codec.decode,
    beginning: bos,
    idOf: codec.idOf,
    encodePrompt: (prompt) => encode(promptText(prompt)),
    promptText,
    hasChatTemplate: ownTemplate !== null,
  };
}

/** Renders a prompt. Throws a `RangeError` with the template's own message if it rejects the turns, such as a system turn. */
function render(template: Template, { named }: SpecialTokens, messages: Message[]): string {
  try {
    return template.render({
      messages,
      ...Object.fromEntries(named),
      date_string: TEMPLATE_DATE,
      add_generation_prompt: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`the model's chat template rejects the prompt: ${reason}`, { cause: error });
  }
}

/** Returns the chat template: a string, or the entry "default" of a list; null if there is none. */
function templateText(template: unknown): string | null {
  if (typeof template === "string") return template;
  const all: readonly unknown[] = Array.isArray(template) ? template : [];
  const named = all.find((one) => property(one, "name") === "default");
  const text = property(named, "template");
  return typeof text === "string" ? text : null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}
