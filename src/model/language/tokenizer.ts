/** Text <-> token ids, by a Hugging Face `tokenizer.json`; a question -> prompt tokens, by the model's chat template. */
import { Template } from "@huggingface/jinja";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import type { PromptFrame } from "../../rl/contracts/types.ts";

/** What a run needs of a tokenizer. */
export interface Tokenizer {
  /** Ids of a text as it stands, no special tokens added. */
  encode(text: string): Int32Array;
  /** Text of ids, special tokens left out. */
  decode(tokens: ArrayLike<number>): string;
  /** Ids of a question as the model was trained to see it: a user turn in its chat template, framed as was asked for. */
  encodePrompt(prompt: string): Int32Array;
}

interface TokenizerConfig {
  readonly chat_template?: unknown;
  readonly bos_token?: unknown;
  readonly eos_token?: unknown;
}

/** The day that Llama's templates name where they are told none: a prompt must not depend on when it is asked. */
const FIXED_DAY = "26 Jul 2024";

/** Questions as they stand. */
export const UNFRAMED: PromptFrame = { system: "", suffix: "" };

/** Builds a tokenizer from the two files of a model folder. */
export function createTokenizer(tokenizerJson: object, tokenizerConfig: object, frame = UNFRAMED): Tokenizer {
  const tokenizer = new HuggingFaceTokenizer(withDigitsAsInRust(tokenizerJson) as object, tokenizerConfig);
  const config: TokenizerConfig = tokenizerConfig;
  const template = new Template(templateText(config.chat_template));
  const encode = (text: string): Int32Array =>
    Int32Array.from(tokenizer.encode(text, { add_special_tokens: false }).ids);
  return {
    encode,
    decode: (tokens) =>
      tokens.length === 0
        ? "" // the library refuses an empty list
        : tokenizer.decode(Array.from(tokens), {
            skip_special_tokens: true,
            clean_up_tokenization_spaces: false,
          }),
    encodePrompt: (prompt) => encode(render(template, config, messagesOf(prompt, frame))),
  };
}

type Message = Readonly<Record<"role" | "content", string>>;

function messagesOf(prompt: string, { system, suffix }: PromptFrame): Message[] {
  const question = { role: "user", content: prompt + suffix };
  return system === "" ? [question] : [{ role: "system", content: system }, question];
}

/** Some templates refuse a system turn, in words of their own. */
function render(template: Template, config: TokenizerConfig, messages: Message[]): string {
  try {
    return template.render({
      messages,
      bos_token: tokenText(config.bos_token),
      eos_token: tokenText(config.eos_token),
      date_string: FIXED_DAY,
      add_generation_prompt: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`the model's chat template refuses the prompt: ${reason}`, { cause: error });
  }
}

/** A folder may hold several templates, of which "default" is for talking. */
function templateText(template: unknown): string {
  if (typeof template === "string") return template;
  const all: readonly unknown[] = Array.isArray(template) ? template : [];
  const named = all.find((one) => property(one, "name") === "default");
  const text = property(named, "template");
  if (typeof text === "string") return text;
  throw new Error("tokenizer_config.json has no chat_template: the model cannot be asked a question");
}

/** A special token is written as its text, or as an object with it; one that is not there is no text. */
function tokenText(token: unknown): string {
  const text = typeof token === "string" ? token : property(token, "content");
  return typeof text === "string" ? text : "";
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

/**
 * Rust's `Digits` cuts at every numeric character, the library's at 0 to 9 alone and leaves ½ and ² where they are.
 * Written as a split by \p{N}, both do the same.
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
