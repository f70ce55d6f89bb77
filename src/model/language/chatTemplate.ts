/** A model's chat template, rendered as transformers renders it. */
import type { Message } from "../../rl/contracts/types.ts";
import { isJsonObject, type JsonObject } from "../../formats/jsonObject.ts";
import { render } from "./jinja/evaluate.ts";
import { parseTemplate } from "./jinja/nodes.ts";
import { globals, Scope } from "./jinja/scope.ts";
import { fromJson } from "./jinja/values.ts";
import type { SpecialTokens } from "../../formats/huggingface/specialTokens.ts";

/** Variables of a template other than the turns. */
export interface TemplateContext {
  readonly special: SpecialTokens;
  /** Arguments by name, such as `enable_thinking`; they override special tokens of the same name. */
  readonly args: JsonObject;
  /** Day that `strftime_now` formats, as yyyy-mm-dd. */
  readonly date: string;
}

/** A chat template that cannot be computed here, or is no template. */
export class ChatTemplateError extends Error {
  override readonly name = "ChatTemplateError";
}

export type ChatTemplate = (messages: readonly Message[], asksForReply?: boolean) => string;

/**
 * Opens a template. Throws `ChatTemplateError` if it has what is not computed here. The function returned throws a
 * `RangeError` with the template's own message if it rejects the turns, such as a system turn.
 */
export function openChatTemplate(template: string, { special, args, date }: TemplateContext): ChatTemplate {
  const body = parsed(template);
  return (messages, asksForReply = true) => {
    const scope = new Scope(globals(date));
    const given: JsonObject = {
      ...Object.fromEntries(special.named),
      ...{ messages, tools: null, documents: null, add_generation_prompt: asksForReply },
      ...args,
    };
    for (const [name, value] of Object.entries(given)) scope.set(name, fromJson(value));
    try {
      return render(body, scope);
    } catch (error) {
      throw new RangeError(`the model's chat template rejects the prompt: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
}

function parsed(template: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(template);
  } catch (error) {
    throw new ChatTemplateError(
      `the model's chat template cannot be used (${messageOf(error)}): give another by the option --template, or the field Template on the page`,
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the chat template of tokenizer_config.json: a string, or the entry "default" of a list; null if there is none. */
export function templateText(template: unknown): string | null {
  if (typeof template === "string") return template;
  const all: readonly unknown[] = Array.isArray(template) ? template : [];
  const named = all.filter(isJsonObject).find(({ name }) => name === "default");
  const text = named?.["template"];
  return typeof text === "string" ? text : null;
}
