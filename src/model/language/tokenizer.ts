/** Tokenizer from a Hugging Face `tokenizer.json`, with the model's chat template for prompts. */
import { Template } from "@huggingface/jinja";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { framedTurns } from "../../rl/contracts/prompt.ts";
import type { Message, Prompt, PromptFrame } from "../../rl/contracts/types.ts";

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
  /** False if the model has no chat template: prompts are then the bare text of their turns. */
  readonly hasChatTemplate: boolean;
}

interface TokenizerConfig {
  readonly chat_template?: unknown;
  readonly bos_token?: unknown;
  readonly eos_token?: unknown;
}

/** Default date in Llama's templates; fixed, so that prompts do not depend on the current date. */
const TEMPLATE_DATE = "26 Jul 2024";

/** No system prompt and no suffix. */
export const UNFRAMED: PromptFrame = { system: "", suffix: "" };

/** The template of a model without one: the text of each turn, a line break after it. */
const BARE_TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}";

/** Creates a tokenizer from tokenizer.json and tokenizer_config.json. */
export function createTokenizer(tokenizerJson: object, tokenizerConfig: object, frame = UNFRAMED): Tokenizer {
  const tokenizer = new HuggingFaceTokenizer(withDigitsAsInRust(tokenizerJson) as object, tokenizerConfig);
  const config: TokenizerConfig = tokenizerConfig;
  const ownTemplate = templateText(config.chat_template);
  const template = new Template(ownTemplate ?? BARE_TEMPLATE);
  const promptText = (prompt: Prompt): string => {
    const text = render(template, config, framedTurns(prompt, frame));
    return ownTemplate === null ? firstToken(tokenizer, config) + text : text;
  };
  const encode = (text: string): Int32Array =>
    Int32Array.from(tokenizer.encode(text, { add_special_tokens: false }).ids);
  return {
    encode,
    decode: (tokens) =>
      tokens.length === 0
        ? "" // the library rejects an empty list
        : tokenizer.decode(Array.from(tokens), {
            skip_special_tokens: true,
            clean_up_tokenization_spaces: false,
          }),
    encodePrompt: (prompt) => encode(promptText(prompt)),
    promptText,
    hasChatTemplate: ownTemplate !== null,
  };
}

/** Renders a prompt. Throws a `RangeError` with the template's own message if it rejects the turns, such as a system turn. */
function render(template: Template, config: TokenizerConfig, messages: Message[]): string {
  try {
    return template.render({
      messages,
      bos_token: tokenText(config.bos_token),
      eos_token: tokenText(config.eos_token),
      date_string: TEMPLATE_DATE,
      add_generation_prompt: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`the model's chat template rejects the prompt: ${reason}`, { cause: error });
  }
}

/** Returns the beginning-of-sequence token if the tokenizer itself puts it before a text, else "". */
function firstToken(tokenizer: HuggingFaceTokenizer, config: TokenizerConfig): string {
  const bos = tokenText(config.bos_token);
  return tokenizer.encode("a", { add_special_tokens: true }).tokens[0] === bos ? bos : "";
}

/** Returns the chat template: a string, or the entry "default" of a list; null if there is none. */
function templateText(template: unknown): string | null {
  if (typeof template === "string") return template;
  const all: readonly unknown[] = Array.isArray(template) ? template : [];
  const named = all.find((one) => property(one, "name") === "default");
  const text = property(named, "template");
  return typeof text === "string" ? text : null;
}

/** Returns a special token's text, given as a string or an object with `content`; "" if absent. */
function tokenText(token: unknown): string {
  const text = typeof token === "string" ? token : property(token, "content");
  return typeof text === "string" ? text : "";
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

/**
 * Replaces `Digits` pre-tokenizers by an equivalent `Split` on \p{N}: the Rust library splits at every numeric character,
 * the JavaScript library only at 0 to 9 and not at ½ or ².
 */
function withDigitsAsInRust(part: unknown): unknown {
  const inner = property(part, "pre_tokenizer");
  if (inner !== undefined && inner !== null)
    return { ...(part as object), pre_tokenizer: withDigitsAsInRust(inner) };
  const steps = property(part, "pretokenizers");
  if (Array.isArray(steps)) return { ...(part as object), pretokenizers: steps.map(withDigitsAsInRust) };
  if (property(part, "type") !== "Digits") return part;
  const regex = property(part, "individual_digits") === true ? "\\p{N}" : "\\p{N}+";
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}
